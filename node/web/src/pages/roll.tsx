import { useEffect, useState } from 'preact/hooks';
import { args, groupName, groupOf, lastLeftOut, marks, matches, nameGroup, Session, sessionHash, sessionName, sorted, stateOf, unseen, useGroups } from '../day';
import * as db from '../db';
import { LeftOutOf } from '../left_out';
import { send, useOutbox } from '../outbox';
import { useView } from '../state';
import { longDate, slotNow, today } from '../time';
import { Button, Choice, Field, Name, Note, Page, Rows, Sheet } from '../ui';
import { slotName, stateName, t } from '../words';

interface Draft {
	state: { [pupil: string]: number }; // 2 not here, 3 excused; else here
	extra: Array<{ pupil: string; name: string }>;
}
const EMPTY: Draft = { state: {}, extra: [] };
const MARK: { [state: number]: string } = { 0: '', 1: '✓', 2: '✗', 3: '假' };

// Which class?
export function RollChoice(p: { page: 'roll' | 'leave' | 'hand'; title: string }) {
	const [slot, setSlot] = useState(slotNow());
	const groups = useGroups();
	const date = today();
	const sessions = useView('sessions', { date }, 30);
	const mixed = useView('mixed_groups').rows || [];
	mixed.forEach(nameGroup); // one may be new
	return <Page title={p.title} lead={longDate(date)}>
		<Choice label={t('时段', 'Slot')} value={String(slot)} onChange={v => setSlot(Number(v))} options={[['1', slotName(1)], ['2', slotName(2)]]} />
		<Rows seen={groups} empty={t('还没有班级。先在“学生”里导入花名册。', 'No classes yet. Import the class list under “Children”.')}>
			{all => {
				const found = choices(all, mixed, sessions.rows || [], slot);
				const list = (some: Group[]) => <ul class="sessions">{some.map(g => {
					const state = stateOf(g.session);
					return <li><a class={'session ' + (g.marks && p.page === 'roll' ? 'here' : g.marks || g.grp > 999 ? state.kind : '')} href={sessionHash(p.page, { date, slot, site: g.site, grp: g.grp })}>
						<span class="session-name">{groupOf(g, date)}</span>
						<span class="session-state">{g.marks && p.page === 'roll' ? t('已点 ' + g.marks + ' 人，到 ' + g.came, g.marks + ' marked, ' + g.came + ' came') : g.marks || g.grp > 999 ? state.words : t('合在一起时用', 'If they are kept together')}</span>
						<span class="session-more">{t('参加 ' + g.consents + ' 人', g.consents + ' take part')}</span>
					</a></li>;
				})}</ul>;
				const together = found.filter(g => g.grp < 1000 && (g.marks || p.page === 'roll')); // one that has begun, or may begin
				return <div>{list(found.filter(g => g.grp > 999))}{together.length > 0 && <h2>{t('几个班一起', 'Several classes together')}</h2>}{list(together)}</div>;
			}}
		</Rows>
	</Page>;
}

interface Group { site: number; grp: number; consents: number; marks: number; came: number; session: any }

// Classes, groups of several grades, and all of a site that has more than one class.
function choices(groups: any[], mixed: any[], sessions: any[], slot: number): Group[] {
	const found: Group[] = [];
	const at = (r: any, grp: any, consents: any) => {
		const g = { site: Number(r.site), grp: Number(grp), consents: Number(consents), marks: 0, came: 0, session: null as any };
		found.push(g);
		return g;
	};
	const of = (site: any) => groups.filter(g => g.site === site);
	groups.forEach(g => at(g, g.grp, g.consents));
	mixed.forEach(m => at(m, m.grp, m.pupils));
	groups.filter(g => of(g.site)[1] === g).forEach(g => at(g, 0, of(g.site).reduce((n, x) => n + Number(x.consents), 0)));
	sessions.filter(s => Number(s.slot) === slot).forEach(s => {
		const one = found.filter(g => g.site === Number(s.site) && g.grp === Number(s.grp))[0] || at(s, s.grp, 0);
		one.marks = Number(s.marks);
		one.came = Number(s.came);
		one.session = s;
	});
	return found;
}

function Child(p: { name: string; state: number; onTap: () => void; tag?: string; waiting?: string }) {
	const words = p.state ? stateName(p.state) : t('未点', 'Unmarked');
	return <li><button type="button" class={'child s' + p.state} onClick={p.onTap} aria-label={[p.name, words, p.tag, p.waiting].filter(Boolean).join(' ')}>
		<span class="child-name"><Name>{p.name}</Name>{p.tag && <span class="tag">{p.tag}</span>}</span>
		<span class="child-state"><span aria-hidden="true" class="child-mark">{MARK[p.state]}</span>{words}{p.waiting && <span class="dot" title={p.waiting}>…</span>}</span>
	</button></li>;
}

interface Kept {
	draft: Draft;    // as tapped
	stored: Draft;   // as this phone has it on disk: what differs is shown as being saved
	failed: boolean; // the phone did not take it
	keep: (d: Draft) => void;
	forget: () => void;
}

function useDraft(s: Session): Kept {
	const key = ['roll', s.date, s.slot, s.site, s.grp].join('/');
	const [draft, set] = useState<Draft>(EMPTY);
	const [stored, setStored] = useState<Draft>(EMPTY);
	const [failed, fail] = useState(false);
	useEffect(() => {
		let live = true;
		db.take('draft', key).then(d => {
			if (!live) return;
			set(d || EMPTY);
			setStored(d || EMPTY);
		});
		return () => { live = false; };
	}, [key]);
	return {
		draft, stored, failed,
		keep: d => {
			set(d);
			db.put('draft', key, d).then(() => {
				setStored(d);
				fail(false);
			}, () => fail(true));
		},
		forget: () => {
			db.drop('draft', key);
			set(EMPTY);
			setStored(EMPTY);
		},
	};
}

export function Roll(p: { session: Session }) {
	const s = p.session;
	const items = useOutbox();
	const hosted = items.filter(i => i.state !== 'phone').length;
	const sheet = useView('rollcall_sheet', args(s), 15);
	useEffect(() => { if (hosted) sheet.reload(); }, [hosted]);
	return <Page title={sessionName(s)} lead={t('点名 · ', 'Roll call · ') + longDate(s.date)} back="#/roll">
		<Rows seen={sheet} empty={t('这个班还没有学生。', 'No children in this class yet.')}>
			{rows => <Marks session={s} rows={sorted(rows.filter(r => r.name !== null || r.state).map(r => r.name === null ? { ...r, name: t('（已删除）', '(erased)') } : r))} waiting={unseen(items, s, sheet.at_ms)} told={items} />}
		</Rows>
	</Page>;
}

function Marks(p: { session: Session; rows: any[]; waiting: any[]; told: any[] }) {
	const { session: s, rows } = p;
	const { draft, stored, failed, keep, forget } = useDraft(s);
	const [filter, setFilter] = useState('');
	const [tapped, tap] = useState<any>(null);
	const [adding, add] = useState(false);
	const [before, remember] = useState<Draft | null>(null);
	const change = (d: Draft) => {
		remember(draft);
		keep(d);
	};
	const mark = marks(rows, p.waiting);
	const done = Object.keys(mark).length > 0;
	const stateOf = (r: any): number => done ? mark[r.pupil] || 0
		: draft.state[r.pupil] || (Number(r.expected) || draft.extra.some(x => x.pupil === r.pupil) ? 1 : 0);
	const listed = rows.filter(r => Number(r.expected) || mark[r.pupil] || draft.extra.some(x => x.pupil === r.pupil));
	const strangers = done ? Object.keys(mark).filter(id => !rows.some(r => r.pupil === id)).length
		: draft.extra.filter(x => !rows.some(r => r.pupil === x.pupil)).length;
	const has = (d: Draft, r: any) => d.extra.some(x => x.pupil === r.pupil);
	const saving = (r: any) => (draft.state[r.pupil] || 0) !== (stored.state[r.pupil] || 0) || has(draft, r) !== has(stored, r);
	const count = (n: number) => listed.filter(r => stateOf(r) === n).length;
	const here = count(1) + strangers;
	const others = rows.filter(r => listed.indexOf(r) < 0);
	const press = (r: any) => {
		if (done) {
			tap(r);
			return;
		}
		const next = { 1: 2, 2: 3, 3: 1 }[stateOf(r) as 1 | 2 | 3] || 1;
		const state = { ...draft.state };
		if (next === 1) delete state[r.pupil];
		else state[r.pupil] = next;
		change({ ...draft, state });
	};
	const come = (pupil: string, name: string) => {
		add(false);
		if (done) correct({ pupil, name }, 1, '');
		else change({ ...draft, extra: draft.extra.filter(x => x.pupil !== pupil).concat({ pupil, name }) });
	};
	const uncalled = done ? listed.filter(r => stateOf(r) === 0).length : 0;
	const told = done ? lastLeftOut(p.told, s) : null;
	// Names whom the screen shows: who is expected since then stays uncalled.
	const submit = async () => {
		const shown = listed.filter(r => stateOf(r) === 1 && !has(draft, r)).map(r => r.pupil);
		const named = (n: number) => JSON.stringify(Object.keys(draft.state).filter(id => draft.state[id] === n));
		await send('rollcall', { ...args(s), keep: 1, here: JSON.stringify(shown), absent: named(2), excused: named(3), extra: JSON.stringify(draft.extra.filter(x => !draft.state[x.pupil]).map(x => x.pupil)) },
			t('点名 ', 'Roll call ') + sessionName(s) + t('：到 ' + here, ': ' + here + ' here'));
		forget();
	};
	const correct = (r: any, state: number, reason: string) => {
		tap(null);
		return send('attendance.correct', { ...args(s), pupil: r.pupil, state, ...(reason ? { reason } : {}) },
			t('更正 ', 'Corrected ') + r.name + ' ' + stateName(state));
	};
	return <div>
		<div class="bar">
			<div class="counts"><strong>{t('到 ' + here, here + ' here')}</strong> <span>{t('未到 ' + count(2), count(2) + ' absent')}</span> <span>{t('请假 ' + count(3), count(3) + ' excused')}</span></div>
			<div class="find"><label class="unseen" for="find">{t('找名字', 'Find a name')}</label>
				<input id="find" type="search" placeholder={t('姓或拼音首字母', 'Name or initial')} value={filter} onInput={(e: any) => setFilter(e.currentTarget.value)} /></div>
		</div>
		{!done && <p class="hint">{t('都按“到”算。没来的点一下，请假的点两下。', 'Everybody counts as here. Tap once for absent, twice for excused.')}{' '}
			{before && <Button kind="quiet" onClick={() => { keep(before); remember(null); }}>{t('撤销上一步', 'Undo')}</Button>}</p>}
		{done && <Note kind="good"><p>{t('已点名。要改就点那个孩子。', 'Roll call is done. Tap a child to correct.')}</p></Note>}
		{uncalled > 0 && <Note kind="care"><p>{t('名单上有 ' + uncalled + ' 人没有点到（点名时还不在名单上）。看一下人在不在，点名字登记。', uncalled + ' on the list were not called: they were not on it then. Look whether they are here and tap their names.')}</p></Note>}
		{told && <LeftOutOf item={told} />}
		{listed.length > 0 && <ul class="children">{listed.filter(r => matches(r.name, filter, r.initials)).map(r =>
			<Child name={r.name} state={stateOf(r)} onTap={() => press(r)} tag={!Number(r.expected) ? t('同意书待补', 'consent to follow') : undefined}
				waiting={done ? p.waiting.length > 0 ? t('还在手机上', 'still on the phone') : '' : saving(r) ? t('正在存', 'being saved') : ''} />)}</ul>}
		{failed && <Note kind="risk"><p>{t('这台手机存不下了，刚才点的还没有存住。请现在就按“点名完成”，或换一台手机。', 'This phone takes no more: the last taps are not kept. Finish the roll call now, or use another phone.')}</p></Note>}
		{listed.length === 0 && <p class="empty">{t('这个班还没有登记同意的孩子。来了的孩子照样收：在下面点名字。', 'No consents in this class yet. Children who came are welcome: tap their names below.')}</p>}
		{strangers > 0 && <p class="quiet">{t('另有其他班 ' + strangers + ' 人', strangers + ' from other classes')}{!done && ': ' + draft.extra.filter(x => !rows.some(r => r.pupil === x.pupil)).map(x => x.name).join('、')}</p>}
		{others.length > 0 && <details open={listed.length === 0 || !!filter}><summary>{t('没登记的同班孩子 ' + others.length + ' 人', others.length + ' of this class without consent')}</summary>
			<ul class="children">{others.filter(r => matches(r.name, filter, r.initials)).map(r => <Child name={r.name} state={0} onTap={() => come(r.pupil, r.name)} tag={Number(r.asked) ? t('已报名', 'asked') : undefined} />)}</ul></details>}
		<p><Button kind="plain" onClick={() => add(true)}>{t('＋ 其他班的孩子来了', '＋ A child of another class came')}</Button></p>
		<div class="foot">
			{!done ? <Button kind="main" wide onClick={submit} disabled={here + count(2) + count(3) === 0}>
				{count(2) + count(3) ? t('点名完成：到 ' + here + ' 人', 'Done: ' + here + ' here') : t('全部到齐：' + here + ' 人', 'All here: ' + here)}</Button>
				: <Next session={s} />}
		</div>
		{tapped && <Correct child={tapped} state={stateOf(tapped)} onSet={(n, why) => correct(tapped, n, why)} onClose={() => tap(null)} />}
		{adding && <WalkIn onClose={() => add(false)} onPick={come} onNew={name => { add(false); send('pupil.walk_in', { ...args(s), name }, t('新来的 ', 'Walked in: ') + name); }} />}
	</div>;
}

function Next(p: { session: Session }) {
	return <div class="next"><a class="button main" href={sessionHash('leave', p.session)}>{t('去离校', 'To leaving')}</a>
		<a class="button plain" href={sessionHash('hand', p.session)}>{t('交接', 'Hand over')}</a></div>;
}

function Correct(p: { child: any; state: number; onSet: (n: number, why: string) => void; onClose: () => void }) {
	const [why, setWhy] = useState('');
	return <Sheet title={p.child.name} onClose={p.onClose}>
		<Field label={t('原因', 'Reason')} value={why} onInput={setWhy} list={[t('点错了', 'Tapped wrongly'), t('晚到', 'Came late'), t('生病', 'Ill'), t('家长来电', 'Guardian called')]} />
		<div class="stack">{[1, 2, 3].map(n => <Button kind={n === p.state ? 'plain' : 'main'} wide pressed={n === p.state} onClick={() => p.onSet(n, why)}>{MARK[n]} {stateName(n)}</Button>)}</div>
	</Sheet>;
}

// Never turned away: the consent follows.
function WalkIn(p: { onClose: () => void; onPick: (pupil: string, name: string) => void; onNew: (name: string) => void }) {
	const pupils = useView('pupils');
	const [filter, setFilter] = useState('');
	return <Sheet title={t('谁来了？', 'Who came?')} onClose={p.onClose}>
		<Field label={t('姓名或拼音首字母', 'Name or initials')} value={filter} onInput={setFilter} />
		<Rows seen={pupils} empty={t('没有学生。', 'No children.')}>
			{rows => <ul class="pick">{sorted(rows).filter(r => filter && matches(r.name, filter, r.initials)).slice(0, 30).map(r => <li>
				<button type="button" onClick={() => p.onPick(r.pupil, r.name)}><Name>{r.name}</Name> <span class="quiet">{groupName(Number(r.grp), today())}</span></button></li>)}</ul>}
		</Rows>
		{/[^a-zA-Z\s]/.test(filter) && <Button wide onClick={() => p.onNew(filter.trim())}>{t('名单上没有：登记“' + filter.trim() + '”，人先收下', 'On no list: record “' + filter.trim() + '”, the child stays')}</Button>}
	</Sheet>;
}
