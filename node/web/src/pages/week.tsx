import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { groupOf, useGroups } from '../day';
import { can, useView } from '../state';
import { addDays, longDate, monday, today } from '../time';
import { Button, Choice, Failure, Field, Name, Note, Page, Rows, Select, Sheet } from '../ui';
import { slotName, t, weekdayName } from '../words';

const DAYS = [1, 2, 3, 4, 5];

// The week as a grid: who is with which group on which day, and what was planned.
export function Week() {
	const [week, setWeek] = useState(monday(today()));
	const [slot, setSlot] = useState('2');
	const seen = useView('plan_week', { week_on: week });
	const groups = useGroups();
	const kinds = useView('policy_lists', { date: week, list: 1 });
	const postings = useView('postings');
	const [cell, pick] = useState<Row | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	const [signer, sign] = useState<string | null>(null);
	const head = can('head');
	const planned = (seen.rows || []).filter(r => String(r.slot) === slot);
	const days = DAYS.concat([6, 7].filter(d => planned.some(r => Number(r.weekday) === d)));
	const at = (g: Row, day: number) => planned.filter(r => Number(r.grp) === Number(g.grp) && Number(r.site) === Number(g.site) && Number(r.weekday) === day)[0];
	const others = planned.filter(r => !(groups.rows || []).some(g => Number(g.grp) === Number(r.grp) && Number(g.site) === Number(r.site)))
		.filter((r, i, all) => all.map(x => x.site + '/' + x.grp).indexOf(r.site + '/' + r.grp) === i);
	const kind = (code: any) => ((kinds.rows || []).filter(k => String(k.code) === String(code))[0] || {}).title || '';
	const copy = async () => {
		setError(null);
		try {
			await command('plan.copy', { week_on: week });
		} catch (e) {
			setError(e as Refusal);
		}
		seen.reload();
	};
	return <Page title={t('周计划', 'The week')} back="#/more" lead={longDate(week) + ' – ' + longDate(addDays(week, days.length - 1))}
		tools={<span class="no-print"><Button onClick={() => window.print()}>{t('打印', 'Print')}</Button></span>}>
		<div class="no-print row"><Button onClick={() => setWeek(addDays(week, -7))}>{t('‹ 上一周', '‹ Week before')}</Button> <Button onClick={() => setWeek(monday(today()))}>{t('本周', 'This week')}</Button> <Button onClick={() => setWeek(addDays(week, 7))}>{t('下一周 ›', 'Week after ›')}</Button>{' '}
			{head && <Button onClick={copy}>{t('照抄上一周', 'Copy the week before')}</Button>}</div>
		<div class="no-print narrow"><Choice label={t('时段', 'Slot')} value={slot} onChange={setSlot} options={[['1', slotName(1)], ['2', slotName(2)]]} /></div>
		<Failure error={error} />
		{planned.length === 0 && seen.rows && <Note><p>{head ? t('这一周还没有编排。点格子填上，或照抄上一周。', 'Nothing is planned yet: choose a cell, or copy the week before.') : t('这一周还没有编排。', 'Nothing is planned yet.')}</p></Note>}
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => <div class="scroll" tabIndex={0} role="region" aria-label={t('周计划', 'The week')}><table class="table grid"><thead><tr><th>{slotName(slot)}</th>{days.map(d => <th>{weekdayName(d)}<br /><span class="small">{addDays(week, d - 1).slice(5)}</span></th>)}</tr></thead>
			<tbody>{rows.concat(others).map(g => <tr><th>{groupOf(g, week)}</th>{days.map(d => {
				const r = at(g, d);
				const words = r ? <span><Name>{r.name}</Name>{r.name && <br />}{kind(r.kind)} {r.title}{r.room && <span class="quiet small"> {r.room}</span>}{Number(r.held) ? <span class="small"> ✓ {t('已开展', 'held')}</span> : null}</span> : null;
				return <td>{head ? <button type="button" class="cell" aria-label={groupOf(g, week) + ' ' + weekdayName(d)} onClick={() => pick({ ...(r || {}), site: g.site, grp: g.grp, weekday: d })}>{words || <span class="no-print">＋</span>}</button> : words}</td>;
			})}</tr>)}</tbody></table></div>}</Rows>
		{planned.length > 0 && <p class="no-print">{planned[0].countersigned ? '✓ ' + t('家长委员会已签字：', "Signed by the parents' committee: ") + planned[0].countersigned : head && <Button onClick={() => sign('')}>{t('记家长委员会的签字', "Record the parents' committee's signature")}</Button>}</p>}
		{(postings.rows || []).length > 0 && <section class="card"><h2>{t('走教老师', 'Visiting teachers')}</h2><ul>{postings.rows!.map(o => <li><Name>{o.name}</Name>：{weekdayName(o.weekday)} {o.site_name || t('校点 ' + o.site, 'site ' + o.site)}</li>)}</ul></section>}
		{head && <p class="no-print"><a class="button quiet" href="#/form/posting.set">{t('登记走教', 'Visiting teacher')}</a> <a class="button quiet" href="#/form/group.set">{t('编混龄组', 'Mixed group')}</a> <a class="button quiet" href="#/form/satisfaction.record">{t('记满意度', 'Satisfaction')}</a></p>}
		<p class="paper-only">{t('校长 ____________　家长委员会 ____________', 'Head ____________  Parents’ committee ____________')}</p>
		{signer !== null && <Sheet title={t('家长委员会在纸上的签字', "The parents' committee's signature on paper")} onClose={() => sign(null)}><form onSubmit={async e => {
			e.preventDefault();
			try {
				await command('plan.sign', { week_on: week, signer, signed_on: today() });
				setError(null);
			} catch (problem) {
				setError(problem as Refusal);
			}
			sign(null);
			seen.reload();
		}}><Field label={t('签字人姓名', 'Name')} value={signer} onInput={sign} required /><Button type="submit" kind="main" wide disabled={!signer.trim()}>{t('记下', 'Record')}</Button></form></Sheet>}
		{cell && <Plan cell={cell} week={week} slot={slot} kinds={kinds.rows || []} onClose={() => { pick(null); seen.reload(); }} />}
	</Page>;
}

function Plan(p: { cell: Row; week: string; slot: string; kinds: Row[]; onClose: () => void }) {
	const c = p.cell;
	const staff = useView('staff');
	const [v, set] = useState<Row>({ staff_id: c.staff ? String(c.staff) : '', kind: c.kind ? String(c.kind) : '', title: c.title || '', room: c.room || '' });
	const [error, setError] = useState<Refusal | null>(null);
	const put = (k: string) => (x: string) => set({ ...v, [k]: x });
	const save = async (more: Row) => {
		const args: Row = { week_on: p.week, weekday: c.weekday, slot: p.slot, site: c.site, grp: c.grp, ...more };
		try {
			await command('plan.set', args);
			p.onClose();
		} catch (e) {
			setError(e as Refusal);
		}
	};
	const filled = () => {
		const args: Row = {};
		Object.keys(v).forEach(k => { if (v[k]) args[k] = v[k]; });
		return args;
	};
	return <Sheet title={groupOf(c, p.week) + ' ' + weekdayName(c.weekday) + ' ' + slotName(p.slot)} onClose={p.onClose}>
		<form onSubmit={e => { e.preventDefault(); save(filled()); }}>
			<Select label={t('谁带', 'Who')} value={v.staff_id} onChange={put('staff_id')} none={t('还没定', 'Not yet')} options={(staff.rows || []).filter(x => Number(x.active)).map(x => [String(x.staff), x.name] as [string, string])} />
			<Select label={t('做什么', 'What')} value={v.kind} onChange={put('kind')} none={t('看护', 'Care')} options={p.kinds.map(k => [String(k.code), k.title] as [string, string])} />
			<Field label={t('题目', 'Title')} value={v.title} onInput={put('title')} hint={t('不讲新课，不集体补课。', 'No teaching of lessons.')} />
			<Field label={t('在哪里', 'Room')} value={v.room} onInput={put('room')} />
			<Failure error={error} />
			<div class="stack"><Button type="submit" kind="main" wide>{t('编排', 'Plan it')}</Button>
				{c.week_on !== undefined || c.held !== undefined ? <Button wide onClick={() => save({ dropped: 1 })}>{t('从计划中去掉', 'Take it out')}</Button> : null}</div>
		</form></Sheet>;
}
