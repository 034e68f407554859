import { useEffect, useRef, useState } from 'preact/hooks';
import { args, gone, lastGroup, lastLeftOut, marks, matches, same, Session, sessionHash, sessionName, sorted, tapOf, unseen } from '../day';
import type { Item } from '../db';
import { LeftOutOf } from '../left_out';
import { send, useOutbox } from '../outbox';
import { useView } from '../state';
import { longDate, minuteOfDay, minutesOf, today } from '../time';
import { Button, Check, Field, Name, Note, Page, Rows, Select, Sheet, useTicker } from '../ui';
import { relationName, t, wayName, ways, options } from '../words';

interface Person { id: string; name: string; relation: number }
interface Child {
	pupil: string; name: string; initials: string; how: number; collector: string; route: string; route_name: string; leader: string;
	people: Person[]; left: number; // how it left, 0 still here
	seen: string;   // with whom, when and by whom recorded
	record: string; // of the host, or:
	tap: string;    // what this phone sent and the rows do not show yet
}

const LATE_MIN = 30;

function peopleOf(json: any): Person[] {
	try {
		return JSON.parse(json || '[]');
	} catch (e) {
		return [];
	}
}

// Who came (the roll call with its taps), how each usually goes, who has gone.
// usual: by child, kept when it has left the host's sheet: who is taken back stands where it stood.
function children(roll: any[], sheet: any[], taps: any[], slot: number, usual: { [pupil: string]: any }): Child[] {
	sheet.forEach(r => { usual[r.pupil] = r; });
	const mark = marks(roll, taps);
	const all = sorted(roll.filter(r => mark[r.pupil] === 1)
		.concat(sheet.filter(r => !roll.some(x => x.pupil === r.pupil))));
	const away = gone(taps);
	return all.map(r => {
		const u = usual[r.pupil] || {};
		const how = Number(u.how) || (slot === 1 ? 7 : 1);
		return {
			pupil: r.pupil, name: r.name, initials: r.initials || '', how, collector: u.collector || '', route: u.route || '', route_name: u.route_name || '',
			leader: u.leader || '', people: peopleOf(u.collectors),
			left: r.pupil in away ? (away[r.pupil] ? Number(r.left_how) || how : 0) : Number(r.left_how) || 0,
			seen: [r.left_with, r.left_at, r.left_by && t(r.left_by + ' 登记', 'entered by ' + r.left_by)].filter(Boolean).join(' · '),
			record: r.left_record || '', tap: tapOf(r.pupil, taps),
		};
	});
}

function usualWords(c: Child): string {
	const who = c.people.filter(x => x.id === String(c.collector))[0];
	if (c.how === 1 && who) return (who.relation ? relationName(who.relation) : who.name) + t('接', ' collects');
	return wayName(c.how) + (c.route_name ? ' ' + c.route_name : '');
}

export function Leave(p: { session: Session }) {
	const s = p.session;
	const items = useOutbox();
	const hosted = items.filter(i => i.state !== 'phone').length;
	const roll = useView('rollcall_sheet', args(s), 15);
	const sheet = useView('leaving_sheet', args(s), 15);
	const sessions = useView('sessions', { date: s.date }, 30);
	const usual = useRef({});
	useEffect(() => {
		if (hosted) {
			roll.reload();
			sheet.reload();
			sessions.reload();
		}
	}, [hosted]);
	const mine = (sessions.rows || []).filter(x => same(x, s))[0];
	return <Page title={sessionName(s)} lead={t('离校 · ', 'Leaving · ') + longDate(s.date)} back="#/leave">
		<Rows seen={roll} empty={t('这个班还没有学生。', 'No children in this class yet.')}>
			{rows => <Going session={s} taps={items} known={mine} all={children(rows, sheet.rows || [], unseen(items, s, roll.at_ms), s.slot, usual.current)}
				closed={(mine && Number(mine.closed) > 0) || unseen(items, s, sessions.at_ms).some(i => i.command === 'session.close')} />}
		</Rows>
	</Page>;
}

// Children who go home the same way: a route together, walkers, boarders, those collected.
interface Band { how: number; route: string; words: string; leader: string; children: Child[] }

function bands(here: Child[]): Band[] {
	const found: Band[] = [];
	here.forEach(c => {
		let b = found.filter(x => x.how === c.how && x.route === c.route)[0];
		if (!b) found.push(b = { how: c.how, route: c.route, words: wayName(c.how) + (c.route_name ? ' ' + c.route_name : ''), leader: c.leader, children: [] });
		b.children.push(c);
	});
	return found.sort((a, b) => a.how - b.how || (a.words < b.words ? -1 : 1));
}

// Whom nobody has fetched: what was done about it.
function useKept(s: Session): { [pupil: string]: string } {
	const { rows } = useView(s.date === today() ? 'not_collected' : null, { date: s.date, time: '23:59' }, 30);
	const found: { [pupil: string]: string } = {};
	(rows || []).forEach(r => {
		if (r.kept_by) found[r.pupil] = r.kept_by + t(' 看护', ' keeps it');
		else if (r.informed_at) found[r.pupil] = r.informed_at + t(' 已告知', ' informed');
	});
	return found;
}

function Going(p: { session: Session; taps: Item[]; known: any; all: Child[]; closed: boolean }) {
	useTicker(30000);
	const { session: s, all } = p;
	const [filter, setFilter] = useState('');
	const [child, pick] = useState<Child | null>(null);
	const [closing, close] = useState(false);
	const kept = useKept(s);
	const here = all.filter(c => !c.left);
	const left = all.filter(c => c.left);
	const told = lastLeftOut(p.taps, s);
	const went = p.closed ? null : lastGroup(p.taps, s, left.map(c => c.pupil));
	const over = p.known && p.known.end && s.date === today() ? minuteOfDay() - minutesOf(p.known.end) : 0;
	if (!all.length) return <div><Note><p>{t('这一场还没有点名。', 'No roll call in this session yet.')}</p></Note>
		<a class="button main" href={sessionHash('roll', s)}>{t('去点名', 'To the roll call')}</a></div>;
	const groups = bands(here.filter(c => matches(c.name, filter, c.initials)));
	// One tap each, and for a while one tap takes it back. It names whom the screen shows.
	const go = (ids: string[], about: string) => send('leave.group', { ...args(s), pupils: JSON.stringify(ids) }, about);
	const bandGoes = (b: Band) => {
		const ids = b.children.map(c => c.pupil);
		const about = b.words + t(' ' + ids.length + ' 人走了 ', ': ' + ids.length + ' left, ') + sessionName(s);
		return b.route ? send('leave.route', { date: s.date, slot: s.slot, route: b.route, pupils: JSON.stringify(ids) }, about) : go(ids, about);
	};
	const allGo = () => go(here.map(c => c.pupil), t(here.length + ' 人照常离校 ', here.length + ' left as usual, ') + sessionName(s));
	const stayed = (w: { item: Item; pupils: string[] }) => send('leave.undo', { date: s.date, slot: s.slot, pupils: JSON.stringify(w.pupils), tap: w.item.request_id }, t('撤销：', 'Undone: ') + w.item.about);
	return <div>
		<div class="bar"><div class="counts"><strong>{t('还在 ' + here.length, here.length + ' here')}</strong> <span>{t('已走 ' + left.length, left.length + ' gone')}</span></div>
			<div class="find"><label class="unseen" for="find">{t('找名字', 'Find a name')}</label>
				<input id="find" type="search" placeholder={t('姓或拼音首字母', 'Name or initial')} value={filter} onInput={(e: any) => setFilter(e.currentTarget.value)} /></div></div>
		{p.closed && <Note kind="good"><p>{t('已查房清场。', 'The rooms were checked and closed.')}</p></Note>}
		{told && <LeftOutOf item={told} />}
		{here.length > 0 && p.known && p.known.end && s.date === today() && over < LATE_MIN && <p class="timer">{over < 0 ? t('离放学 ' + p.known.end + ' 还有 ' + -over + ' 分钟', -over + ' minutes until the end at ' + p.known.end)
			: t('放学已过 ' + over + ' 分钟；再过 ' + (LATE_MIN - over) + ' 分钟还没人接，就告知校长', over + ' minutes after the end; in ' + (LATE_MIN - over) + ' the head is to be informed')}</p>}
		{here.length > 0 && over >= LATE_MIN && <Note kind="care"><p>{t('放学已过 ' + over + ' 分钟，还有 ' + here.length + ' 人没人接：告知校长，交给保安或指定成人看护。点孩子的名字登记。',
			over + ' minutes after the end, ' + here.length + ' not collected: inform the head, a guard or a named adult keeps them. Tap the child to record it.')}</p></Note>}
		{here.length > 0 && <p class="hint">{t('和平时不一样的孩子，先点名字登记；其余的一次登记。', 'First tap the children who go otherwise than usual; then all others at once.')}</p>}
		{groups.map(b => <section key={b.how + b.route} class="band"><div class="band-head"><h2>{b.words} <span class="quiet">{t(b.children.length + ' 人', String(b.children.length))}{b.leader && t(' 带队：' + b.leader, ' led by ' + b.leader)}</span></h2>
			{b.how !== 1 && groups.length > 1 && <Button label={(b.how === 5 ? t('都回宿舍了：', 'Are in the dormitory: ') : t('都走了：', 'All left: ')) + b.words} onClick={() => bandGoes(b)}>{b.how === 5 ? t('都回宿舍了', 'Are in the dormitory') : t('都走了', 'All left')}</Button>}</div>
			<ul class="children">{b.children.map(c => <li key={c.pupil}><button type="button" class="child" onClick={() => pick(c)}><span class="child-name"><Name>{c.name}</Name></span>
				<span class="child-state">{kept[c.pupil] || (c.collector ? usualWords(c) : '')}</span></button></li>)}</ul></section>)}
		{left.length > 0 && <details open={here.length === 0}><summary>{t('已走的 ' + left.length + ' 人', left.length + ' gone')}</summary>
			<ul class="children">{left.filter(c => matches(c.name, filter, c.initials)).map(c => <li key={c.pupil}><button type="button" class="child gone" onClick={() => pick(c)}>
				<span class="child-name"><Name>{c.name}</Name></span><span class="child-state">✓ {wayName(c.left)}</span></button></li>)}</ul></details>}
		{went && <div class="foot-room" />}
		<div class="foot">{went && <div class="went" role="status"><span>✓ {t('已登记：', 'Recorded: ')}{went.item.about}</span> <Button onClick={() => stayed(went)}>{t('撤销，还没走', 'Undo: not yet')}</Button></div>}
			{here.length > 0 ? <Button kind="main" wide onClick={allGo}>{t('其余 ' + here.length + ' 人照常离校', 'The other ' + here.length + ' left as usual')}</Button>
			: !p.closed ? <Button kind="main" wide onClick={() => close(true)}>{t('查房清场', 'Check the rooms and close')}</Button>
				: <a class="button plain wide" href="#/today">{t('回今日', 'Back to today')}</a>}</div>
		{child && (child.left ? <Undo child={child} session={s} onClose={() => pick(null)} /> : <One child={child} session={s} over={over} onClose={() => pick(null)} />)}
		{closing && <Close session={s} onClose={() => close(false)} />}
	</div>;
}

function Undo(p: { child: Child; session: Session; onClose: () => void }) {
	const { date, slot } = p.session;
	return <Sheet title={p.child.name} onClose={p.onClose}>
		<p>{t('已登记离校：', 'Recorded as gone: ')}{wayName(p.child.left)}{!p.child.tap && p.child.seen && <span>（<Name>{p.child.seen}</Name>）</span>}</p>
		<div class="stack"><Button wide onClick={async () => {
			await send('leave.undo', { date, slot, pupil: p.child.pupil, ...(p.child.tap ? { tap: p.child.tap } : { record: p.child.record }) }, t('撤销离校 ', 'Undone: leaving of ') + p.child.name);
			p.onClose();
		}}>{t('登记错了，孩子还在校', 'A mistake: the child is still here')}</Button></div>
	</Sheet>;
}

function One(p: { child: Child; session: Session; over: number; onClose: () => void }) {
	const { child: c } = p;
	const { date, slot } = p.session;
	const [mode, setMode] = useState<'' | 'stranger' | 'late'>('');
	const [way, setWay] = useState('');
	const go = async (more: any, words: string) => {
		await send('leave.one', { date, slot, pupil: c.pupil, ...more }, c.name + ' ' + words);
		p.onClose();
	};
	return <Sheet title={c.name} onClose={p.onClose}>
		{mode === '' && <div class="stack">
			{c.people.map(x => <Button kind="main" wide onClick={() => go({ how: 1, collector: x.id }, x.name + t('接走', ' collected'))}>
				<Name>{x.name}</Name>（{relationName(x.relation)}）{t('接走', ' collected')}</Button>)}
			<Button kind={c.people.length ? 'plain' : 'main'} wide onClick={() => go({ how: c.how, ...(c.collector ? { collector: c.collector } : {}) }, usualWords(c))}>{t('照常：', 'As usual: ')}{usualWords(c)}</Button>
			<Button wide onClick={() => setMode('stranger')}>{t('没登记的人来接', 'Somebody not listed came')}</Button>
			<Button wide onClick={() => setMode('late')}>{t('没人来接', 'Nobody came')}</Button>
			<Select label={t('改用别的方式', 'Another way')} value={way} onChange={setWay} none={t('请选择', 'Choose')} options={options(ways)} />
			{way && <Button kind="main" wide onClick={() => go({ how: way }, wayName(way))}>{t('这样离校：', 'Left: ')}{wayName(way)}</Button>}
		</div>}
		{mode === 'stranger' && <Stranger child={c} onDone={go} />}
		{mode === 'late' && <Late child={c} session={p.session} onClose={p.onClose} />}
	</Sheet>;
}

// Recorded either way; the words say what is missing.
function Stranger(p: { child: Child; onDone: (more: any, words: string) => void }) {
	const [person, setPerson] = useState('');
	const [by, setBy] = useState('');
	const [witness, setWitness] = useState('');
	const guardians = p.child.people;
	const agreed = guardians.filter(x => x.id === by)[0];
	const family = useView('pupil', { pupil: p.child.pupil });
	return <form onSubmit={e => {
		e.preventDefault();
		p.onDone({ how: 1, person, ...(by ? { approved_by: by, approval: agreed.name } : {}), ...(witness ? { witness } : {}) }, person + t('接走', ' collected'));
	}}>
		<Numbers rows={family.rows} />
		<Field label={t('来接的人（姓名、和孩子的关系）', 'Who came (name, relation)')} value={person} onInput={setPerson} required />
		<Select label={t('哪位家长在电话里同意了？', 'Which guardian agreed by telephone?')} value={by} onChange={setBy} none={t('没打通，或没同意', 'Nobody was reached, or agreed')} options={guardians.map(x => [x.id, x.name] as [string, string])} />
		<Field label={t('见证人（听到电话的同事）', 'Witness of the call')} value={witness} onInput={setWitness} />
		{(!by || !witness) && <Note kind="care"><p>{t('没有电话同意和见证人也能登记，但会列给校长看。', 'It is recorded without approval or witness too, and shown to the head.')}</p></Note>}
		<Button type="submit" kind="main" wide disabled={!person.trim()}>{t('登记接走', 'Record')}</Button>
	</form>;
}

// Whom to dial, by a tap.
function Numbers(p: { rows: any[] | null }) {
	const known = peopleOf(p.rows && p.rows[0] && p.rows[0].guardians) as any[];
	return <p>{known.filter(g => g.phone).map(g => <a class="tel" href={'tel:' + g.phone}><Name>{g.name}</Name> {g.phone}</a>)}</p>;
}

const GUARD = 4; // bit of the role in staff.roles
const guards = (x: any) => (Number(x.roles) & GUARD ? 1 : 0);

function Late(p: { child: Child; session: Session; onClose: () => void }) {
	const { date, slot } = p.session;
	const [person, setPerson] = useState('');
	const [signed, setSigned] = useState(false);
	const staff = useView('staff');
	const family = useView('pupil', { pupil: p.child.pupil });
	const [by, setBy] = useState('');
	return <div>
		<Numbers rows={family.rows} />
		<Button wide kind="main" onClick={() => send('late.inform', { date, slot, pupil: p.child.pupil }, p.child.name + t(' 未接走，已告知校长', ' not collected, head informed')).then(p.onClose)}>{t('已告知校长', 'The head was informed')}</Button>
		<h3>{t('交给谁看护', 'Who keeps the child')}</h3>
		<Select label={t('教职工或保安', 'Staff or guard')} value={by} onChange={setBy} none={t('其他成人', 'Another adult')} options={(staff.rows || []).filter(x => Number(x.active)).sort((a, b) => guards(b) - guards(a)).map(x => [x.staff, x.name + (guards(x) ? t('（保安）', ' (guard)') : '')] as [string, string])} />
		{!by && <Field label={t('成人姓名', 'Name of the adult')} value={person} onInput={setPerson} />}
		<Check label={t('已在纸上签字', 'Signed on paper')} checked={signed} onChange={setSigned} />
		<Button wide disabled={!by && !person.trim()} onClick={() => send('late.keep', { date, slot, pupil: p.child.pupil, ...(by ? { kept_by: by } : { person }), signed: signed ? 1 : 0 },
			p.child.name + t(' 交人看护', ' is kept')).then(p.onClose)}>{t('登记看护', 'Record')}</Button>
	</div>;
}

function Close(p: { session: Session; onClose: () => void }) {
	const [reason, setReason] = useState('');
	const close = (empty: number) => send('session.close', { ...args(p.session), empty, ...(reason ? { reason } : {}) },
		t('清场 ', 'Closed ') + sessionName(p.session)).then(p.onClose);
	return <Sheet title={t('查房清场', 'Check the rooms')} onClose={p.onClose}>
		<p>{t('教室、厕所、操场都看过了吗？', 'Did you look into classroom, toilets, yard?')}</p>
		<div class="stack"><Button kind="main" wide onClick={() => close(1)}>{t('都看过，没有人了', 'Yes, nobody is left')}</Button></div>
		<Field label={t('不是空的：谁还在，为什么', 'Not empty: who, why')} value={reason} onInput={setReason} />
		<Button wide disabled={!reason.trim()} onClick={() => close(0)}>{t('还有人，照实登记', 'Somebody is left: record it')}</Button>
	</Sheet>;
}
