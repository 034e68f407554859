import { useState } from 'preact/hooks';
import type { Row } from '../api';
import { args, groupName, groupOf, sessionHash, sessionName, sorted, useGroups } from '../day';
import { send } from '../outbox';
import { useView, useWorld } from '../state';
import { addDays, longDate, today } from '../time';
import { Button, Choice, Field, Name, Page, Rows } from '../ui';
import { relationName, slotName, t, wayName, weekdayName } from '../words';

// The lists of a week, with collectors, for the day the machine is dead.
export function Paper() {
	const groups = useGroups();
	const [slot, setSlot] = useState('2');
	const day = new Date(today() + 'T00:00:00Z').getUTCDay() || 7;
	const monday = addDays(today(), 1 - day);
	return <Page title={t('纸单', 'Paper sheets')} bare back="#/help" tools={<span class="no-print"><Button kind="main" onClick={() => window.print()}>{t('打印', 'Print')}</Button></span>}>
		<div class="no-print"><p>{t('主机坏了或停电时用。每班一页，用完锁好。', 'For the day the machine is dead. A page a class; lock them away.')}</p><Choice label={t('时段', 'Slot')} value={slot} onChange={setSlot} options={[['1', slotName(1)], ['2', slotName(2)]]} /></div>
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => rows.map(g => <Sheet grp={Number(g.grp)} slot={slot} monday={monday} />)}</Rows>
	</Page>;
}

const json = (text: any): any[] => text ? JSON.parse(text) : [];
const BLANKS = [1, 2, 3]; // for children whom nobody has on the list

function Sheet(p: { grp: number; slot: string; monday: string }) {
	const seen = useView('pickup_list', { grp: p.grp, date: today() });
	const { status } = useWorld();
	const days = [0, 1, 2, 3, 4];
	const listed = sorted((seen.rows || []) as any[]).filter(r => Number(r.slots) & Number(p.slot));
	if (!listed.length) return seen.rows ? null : <p class="quiet">{t('正在读取…', 'Reading…')}</p>;
	return <section class="paper-sheet"><h2>{status && status.name} {groupName(p.grp, today())} {slotName(p.slot)} {longDate(p.monday)}–{longDate(addDays(p.monday, 4))}</h2>
		<p>{t('到：✓　未到：✗　请假：假。走：写时间；不是名单上的人接，写清是谁、哪位家长电话同意、谁见证。', 'In: ✓ here, ✗ not here, E excused. Out: the time; for somebody not listed: who, which guardian agreed, who witnessed.')}</p>
		<div class="scroll" tabIndex={0} role="region" aria-label={groupName(p.grp, today())}><table class="table"><thead><tr><th>{t('姓名', 'Name')}</th><th>{t('怎样回家，谁可以接', 'Way home, who may collect')}</th>{days.map(n => <th>{longDate(addDays(p.monday, n)).split(' ')[1]}<br />{t('到｜走', 'in｜out')}</th>)}</tr></thead>
			<tbody>{listed.map(r => <tr><td><Name>{r.name}</Name></td>
				<td>{json(r.ways).filter(w => Number(w.how) !== 1).map(w => <strong>{Number(w.weekday) ? weekdayName(w.weekday) : ''}{wayName(w.how)} {w.route} </strong>)}
					{json(r.collectors).map(g => <span><Name>{g.name}</Name>{Number(g.relation) ? '（' + relationName(g.relation) + '）' : ''} {g.phone}　</span>)}</td>
				{days.map(n => <td>{Number(r.weekdays) & 1 << n ? '　｜　' : '／'}</td>)}</tr>)}
				{BLANKS.map(() => <tr><td>　</td><td>　</td>{days.map(() => <td>　｜　</td>)}</tr>)}</tbody></table></div>
		<p>{t('看护人签名 ____________　接班 ____________　清场 ____________', 'On duty ____________  Taken over ____________  Closed ____________')}</p></section>;
}

export function Late() {
	const groups = useGroups();
	const [date, setDate] = useState(addDays(today(), -1));
	const [slot, setSlot] = useState('2');
	const [reason, setReason] = useState(t('停电，照纸单补录', 'Power cut, from paper'));
	// The session keeps why it was entered late; then it is the usual page, for that day.
	const start = async (page: string, g: Row) => {
		const s = { date, slot: Number(slot), site: Number(g.site), grp: Number(g.grp) };
		await send('session.open', { ...args(s), reason }, t('补录 ', 'Late entry ') + date + ' ' + sessionName(s) + t('：', ': ') + reason);
		location.hash = sessionHash(page, s);
	};
	return <Page title={t('补录', 'Late entry')} back="#/help" lead={t('照纸单补记。记录会带上现在的时间，写明原因。', 'Enter the paper sheets; the record keeps the time of entry and the reason.')}>
		<div class="narrow"><div class="field"><label for="day">{t('日期', 'Date')}</label><input id="day" type="date" value={date} max={today()} onInput={(e: any) => setDate(e.currentTarget.value)} /></div>
			<Choice label={t('时段', 'Slot')} value={slot} onChange={setSlot} options={[['1', slotName(1)], ['2', slotName(2)]]} />
			<Field label={t('为什么补录', 'Why late')} value={reason} onInput={setReason} required list={[t('停电，照纸单补录', 'Power cut, from paper'), t('主机坏了，照纸单补录', 'The machine was broken, from paper'), t('当天忘了记', 'Forgotten on the day')]} /></div>
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => <ul class="sessions">{rows.map(g => <li><div class="session"><span class="session-name">{groupOf(g, date)}</span>
			<p><Button kind="main" disabled={!reason.trim()} onClick={() => start('roll', g)}>{t('点名', 'Roll call')}</Button> <Button disabled={!reason.trim()} onClick={() => start('leave', g)}>{t('离校', 'Leaving')}</Button></p></div></li>)}</ul>}</Rows>
	</Page>;
}
