import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { groupName, groupOf, sorted, useGroups } from '../day';
import { useView, useWorld } from '../state';
import { longDate, today } from '../time';
import { Button, Check, Choice, Failure, Field, Name, Note, Page, Rows, Select, Sheet } from '../ui';
import { consentHow, options, relationName, slotsName, t, weekdayName } from '../words';

interface Child { pupil: string; name: string; guardians: Row[]; choice: number | null; slots: number; weekdays: number; old: number }

// A row of the view is a child with one guardian.
function childrenOf(rows: Row[]): Child[] {
	const all: Child[] = [];
	sorted(rows as any[]).forEach(r => {
		let c = all.filter(x => x.pupil === r.pupil)[0];
		if (!c) all.push(c = { pupil: r.pupil, name: r.name, guardians: [], choice: r.choice === null ? null : Number(r.choice), slots: Number(r.slots), weekdays: Number(r.weekdays), old: r.chosen_notice && r.chosen_notice !== r.notice ? Number(r.chosen_notice) : 0 });
		if (r.guardian) c.guardians.push(r);
	});
	return all;
}

export function ConsentChoice() {
	const groups = useGroups();
	const follow = useView('consent_to_follow', { date: today() });
	return <Page title={t('同意书', 'Consents')} lead={t('参加与否由家长自己选，随时可退，不问理由。', 'Guardians choose, and may withdraw at any time without a reason.')}>
		{(follow.rows || []).length > 0 && <Note kind="care"><p><a href="#/list/consent_to_follow">{t('有 ' + follow.rows!.length + ' 个孩子来了或报了名，还没有同意书：请补，不要让孩子走。看是谁', follow.rows!.length + ' children came or asked without a consent: it is to follow, the child stays. See who')}</a></p></Note>}
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => <ul class="sessions">{rows.map(g => <li><a class={'session ' + (Number(g.consents) >= Number(g.pupils) ? 'done' : 'todo')} href={'#/consent/' + g.grp}>
			<span class="session-name">{groupOf(g, today())}</span><span class="session-state">{t('同意 ' + g.consents + ' / ' + g.pupils + ' 人', g.consents + ' of ' + g.pupils)}</span></a></li>)}</ul>}</Rows>
	</Page>;
}

export function ConsentList(p: { grp: string }) {
	const seen = useView('consent_form', { grp: p.grp, date: today() });
	const [form, setForm] = useState('');
	const print = (which: string) => {
		setForm(which);
		setTimeout(() => window.print(), 50); // once it is drawn
	};
	return <Page title={t('同意书 ', 'Consents ') + groupName(Number(p.grp), today())} back="#/consent" bare tools={<span class="no-print"><Button onClick={() => print('')}>{t('打印全班表', 'Print a class sheet')}</Button> <Button onClick={() => print('each')}>{t('打印每人一张', 'Print one each')}</Button></span>}>
		<Rows seen={seen} empty={t('这个班还没有学生。', 'No children in this class yet.')}>{rows => <div><Ticks rows={rows} reload={seen.reload} />{form ? <Slips rows={rows} grp={p.grp} /> : <Paper rows={rows} grp={p.grp} />}</div>}</Rows>
	</Page>;
}

function Ticks(p: { rows: Row[]; reload: () => void }) {
	const all = childrenOf(p.rows);
	const [again, choose] = useState<{ [pupil: string]: boolean }>({}); // who chooses anew
	const open = all.filter(c => c.choice === null || again[c.pupil]);
	const chosen = all.filter(c => c.choice !== null && !again[c.pupil]);
	const notice = p.rows[0].notice;
	const [ticked, tick] = useState<{ [pupil: string]: string }>({});
	const [slots, setSlots] = useState('2');
	const [days, setDays] = useState(31);
	const [given, setGiven] = useState(today());
	const [how, setHow] = useState('1');
	const [witness, setWitness] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [done, setDone] = useState(0);
	const [leaving, leave] = useState<Child | null>(null);
	const names = Object.keys(ticked);
	const save = async (choice: number) => {
		setError(null);
		try {
			await command('consent.sheet', { notice, given_on: given, ...(how === '4' ? { witness } : {}), entries: JSON.stringify(names.map(id =>
				({ pupil: id, guardian: ticked[id], choice, slots: Number(slots), weekdays: days, how: Number(how) }))) });
			setDone(names.length);
			tick({});
			choose({});
			p.reload();
		} catch (e) {
			setError(e as Refusal);
		}
	};
	if (!notice) return <Note kind="care"><p>{t('县里的告知书还没有到这台主机。没有告知书不能登记同意：先和县中心交换一次。孩子照样可以来。', "The county's notice is not here yet; no consent is recorded without it. Exchange with the county first. Children may come all the same.")}</p></Note>;
	return <div class="no-print">
		<p>{t('家长交回的表，逐个勾选。每勾一个记一条。', 'Tick the forms that came back, one record each.')}</p>
		<Failure error={error} />
		{done > 0 && <Note kind="good"><p>{t('已登记 ' + done + ' 条。', done + ' recorded.')}</p></Note>}
		<ul class="ticks">{open.map(c => <li class="card">
			{c.guardians.length ? <Check label={<span><Name>{c.name}</Name> <span class="quiet">{t('家长 ', 'guardian ')}<Name>{c.guardians[0].guardian_name}</Name>{Number(c.guardians[0].relation) ? '（' + relationName(c.guardians[0].relation) + '）' : ''}</span></span>}
				checked={c.pupil in ticked} onChange={on => { const next = { ...ticked }; if (on) next[c.pupil] = c.guardians[0].guardian; else delete next[c.pupil]; tick(next); }} />
				: <p><Name>{c.name}</Name> <a href={'#/pupils/' + c.pupil}>{t('先登记监护人', 'add a guardian first')}</a></p>}
			{c.pupil in ticked && c.guardians.length > 1 && <Select label={t('谁签的', 'Who signed')} value={ticked[c.pupil]} onChange={v => tick({ ...ticked, [c.pupil]: v })} options={c.guardians.map(g => [g.guardian, g.guardian_name] as [string, string])} />}
		</li>)}</ul>
		{open.length === 0 && <p class="empty">{t('这个班都登记过了。', 'All of this class have chosen.')}</p>}
		{names.length > 0 && <div class="card narrow">
			<Choice label={t('时段', 'Slots')} value={slots} onChange={setSlots} options={[['1', t('中午', 'Noon')], ['2', t('下午', 'Afternoon')], ['3', t('都参加', 'Both')]]} />
			<fieldset><legend>{t('星期几', 'Weekdays')}</legend><div class="days">{[1, 2, 3, 4, 5].map(n => <Check label={weekdayName(n)} checked={(days & 1 << (n - 1)) > 0} onChange={on => setDays(on ? days | 1 << (n - 1) : days & ~(1 << (n - 1)))} />)}</div></fieldset>
			<Field label={t('签字日期', 'Signed on')} type="date" value={given} onInput={setGiven} required />
			<Select label={t('怎样同意的', 'How')} value={how} onChange={setHow} options={options(consentHow)} />
			{how === '4' && <Field label={t('见证人', 'Witness')} value={witness} onInput={setWitness} required />}
			<div class="stack"><Button kind="main" wide disabled={!days} onClick={() => save(1)}>{t('登记 ' + names.length + ' 人同意参加', names.length + ' take part')}</Button>
				<Button wide onClick={() => save(0)}>{t('登记 ' + names.length + ' 人不参加', names.length + ' do not take part')}</Button></div></div>}
		<details><summary>{t('已登记的 ' + chosen.length + ' 人', chosen.length + ' have chosen')}</summary><ul class="log">{chosen.map(c => <li class="item"><p><Name>{c.name}</Name> {c.choice ? t('参加', 'takes part') + ' ' + slotsName(c.slots) + (c.weekdays !== 31 ? ' ' + [1, 2, 3, 4, 5].filter(n => c.weekdays & 1 << (n - 1)).map(weekdayName).join('') : '') : t('不参加', 'does not')}{c.old > 0 && t('（按告知书第 ' + c.old + ' 版）', ' (by notice ' + c.old + ')')}
			<Button kind="quiet" label={t('重新选择 ', 'Choose anew: ') + c.name} onClick={() => choose({ ...again, [c.pupil]: true })}>{t('重新选择', 'Choose anew')}</Button>
			{c.choice ? <Button kind="quiet" label={t('退出 ', 'Withdraw: ') + c.name} onClick={() => leave(c)}>{t('退出', 'Withdraw')}</Button> : null}</p></li>)}</ul></details>
		{leaving && <Sheet title={t(leaving.name + ' 退出？', leaving.name + ' withdraws?')} onClose={() => leave(null)}>
			<p>{t('不用问理由。从今天起不再列入点名；今天已在校的，照看到家人接走。以后可以再参加。', 'No reason is asked. From today the child is not on the list; if it is here, it is kept safe until collected. It may join again.')}</p>
			<Button kind="main" wide onClick={async () => {
				try {
					await command('consent.withdraw', { pupil: leaving.pupil, on: today() });
				} catch (e) {
					setError(e as Refusal);
				}
				leave(null);
				p.reload();
			}}>{t('登记退出', 'Record it')}</Button></Sheet>}
	</div>;
}

// The blank form for guardians to sign, on A4.
function Paper(p: { rows: Row[]; grp: string }) {
	const notices = useView('consent_notices');
	const { status } = useWorld();
	const notice = (notices.rows || []).filter(n => String(n.version) === String(p.rows[0].notice))[0];
	return <div class="paper-only"><h1>{status && status.name} {t('课后服务 家长选择表', 'After-school service: guardians’ choice')} {groupName(Number(p.grp), today())}</h1>
		{notice && <div><h2>{notice.title}（{t('第 ' + notice.version + ' 版', 'version ' + notice.version)}）</h2><p>{notice.body}</p></div>}
		<p>{t('参加完全自愿，免费，随时可退。', 'Free and voluntary; you may withdraw at any time.')}{p.rows[0].county_number && t('乱收费举报电话：', 'Complaints about charging: ') + p.rows[0].county_number}</p>
		<table class="table"><thead><tr><th>{t('学生', 'Child')}</th><th>{t('家长', 'Guardian')}</th><th>{t('中午', 'Noon')}</th><th>{t('下午', 'Afternoon')}</th><th>{t('不参加', 'No')}</th><th>{t('签名或手印', 'Signature')}</th><th>{t('日期', 'Date')}</th></tr></thead>
			<tbody>{childrenOf(p.rows).map(c => <tr><td><Name>{c.name}</Name></td><td><Name>{c.guardians.length ? c.guardians[0].guardian_name : ''}</Name></td><td>□</td><td>□</td><td>□</td><td style="width:26%">　</td><td style="width:14%">　</td></tr>)}</tbody></table>
		<p>{t('打印于 ', 'Printed ')}{longDate(today())}</p></div>;
}

// One for each guardian to take home: two on a sheet of A4.
function Slips(p: { rows: Row[]; grp: string }) {
	const notices = useView('consent_notices');
	const { status } = useWorld();
	const notice = (notices.rows || []).filter(n => String(n.version) === String(p.rows[0].notice))[0];
	return <div class="paper-only">{childrenOf(p.rows).map(c => <section class="slip keep"><h2>{t('课后服务 家长选择表', 'After-school service: guardian’s choice')}</h2>
		<p>{status && status.name} {groupName(Number(p.grp), today())} <strong><Name>{c.name}</Name></strong> {t('的家长：', ': to the guardian')}<Name>{c.guardians.length ? c.guardians[0].guardian_name : ''}</Name></p>
		{notice && <p class="small">{notice.title}（{t('第 ' + notice.version + ' 版', 'version ' + notice.version)}）：{notice.body}</p>}
		<p>□ {t('参加', 'takes part')}（□ {t('中午', 'noon')}　□ {t('下午', 'afternoon')}　{[1, 2, 3, 4, 5].map(n => <span>□ {weekdayName(n)}　</span>)}）　□ {t('不参加', 'does not')}</p>
		<p>{t('完全自愿，免费，随时可退，不用说明原因。', 'Free and voluntary; you may withdraw at any time without a reason.')}{p.rows[0].county_number && t('乱收费举报电话：', 'Complaints about charging: ') + p.rows[0].county_number}</p>
		<p>{t('签名或手印 ______________　日期 ______________', 'Signature ______________  Date ______________')}</p></section>)}</div>;
}
