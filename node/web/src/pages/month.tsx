import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { groupName, groupOf, useGroups } from '../day';
import { can, useView, useWorld } from '../state';
import { Table, Xlsx } from '../sheet';
import { today } from '../time';
import { Button, Failure, Field, Name, Note, Page, Rows, Select, Sheet } from '../ui';
import { Pairs, slotName, staffKind, t, word } from '../words';

const fen = (yuan: any) => Math.round(parseFloat(yuan) * 100) || 0;
const yuan = (n: any) => (Number(n) / 100).toFixed(2);
const hours = (minutes: any) => Math.floor(Number(minutes) / 60) + ':' + ('0' + Math.abs(Number(minutes)) % 60).slice(-2);

const PROBLEMS: Pairs = {
	total_differs: ['合计和签字时不一样了', 'The sum is no longer what was signed'], overlap: ['同一时间在两处值班', 'On duty at two places at once'],
	bulk_in_one_second: ['几场在同一秒登记', 'Several sessions entered in one second'], too_late: ['补记晚了三个月以上', 'Entered more than three months late'],
	purpose: ['专款用途不对', 'Money for another purpose'], over_allocation: ['用的比拨的多', 'More was spent than allocated'], over_budget: ['县里拨的比预算多', 'More was allocated than budgeted'],
	not_checked: ['没有入职查询，暂不计补助', 'No entry check: earns nothing yet'], barred: ['不得从业', 'Barred'], not_countersigned: ['家长委员会还没有签字', "The parents' committee has not signed"], plan_not_countersigned: ['这一周的计划家长委员会还没有签字', "The parents' committee has not signed this week's plan"],
	barred_emergency: ['不得从业（紧急代看）', 'Barred, in an emergency'], not_posted: ['已拨付，还没有公示', 'Paid and not posted'],
};

function lastMonth(): string {
	const [y, m] = today().split('-').map(Number);
	return m === 1 ? y - 1 + '-12' : y + '-' + ('0' + (m - 1)).slice(-2);
}

// What is posted, on the page, on paper and as a file.
const tableOf = (rows: Row[]): Table => ({
	columns: [{ title: t('姓名', 'Name'), number: false }, { title: t('时长', 'Hours'), number: rows.every(r => !isNaN(r.hours)) }, { title: t('场次', 'Sessions'), number: true }, { title: t('金额（元）', 'Sum (yuan)'), number: true }],
	rows: rows.map(r => [r.name, r.hours, r.sessions, r.yuan].map(String)),
});

// The month: lines, corrections, the lock, and what is posted for five working days.
export function Month() {
	return can('head') ? <Whole /> : <Own />;
}

function Whole() {
	const { status } = useWorld();
	const [month, setMonth] = useState(lastMonth());
	const number = month.replace('-', '');
	const ready = /^\d{6}$/.test(number);
	const posting = useView(ready ? 'subsidy_posting' : null, { month: number });
	const lines = useView(ready ? 'subsidy' : null, { month: number });
	const steps = useView(ready ? 'statements' : null, { month: number });
	const [form, setForm] = useState<'' | 'correct' | 'lock' | 'sign'>('');
	const step = (steps.rows || [])[0];
	const total = (posting.rows || []).reduce((n, r) => n + fen(r.yuan), 0);
	const close = () => {
		setForm('');
		posting.reload();
		lines.reload();
		steps.reload();
	};
	return <Page title={t('月报与公示', 'Month and posting')} back="#/people" bare tools={<span class="no-print"><Button onClick={() => window.print()}>{t('打印公示', 'Print')}</Button>{posting.rows && posting.rows.length > 0 && <> <Xlsx name={t('课后服务劳务补助公示 ', 'Labour subsidy ') + month} words={t('下载 .xlsx', '.xlsx')} table={() => tableOf(posting.rows!)} /></>}</span>}>
		<div class="narrow no-print"><Field label={t('月份', 'Month')} type="month" value={month} onInput={setMonth} required /></div>
		<div class="no-print"><State step={step} month={month} head={can('head')} onForm={setForm} /><Problems month={number} /></div>
		<div class="paper-only"><h1>{t('课后服务劳务补助公示', 'Labour subsidy of the after-school service')}</h1><p>{status && status.name}　{month}</p></div>
		<Rows seen={posting} empty={t('这个月还没有课时。', 'No duty in this month yet.')}>{rows => <div>
			{rows[0].posted_on && <p>{t('公示自 ', 'Posted from ')}{rows[0].posted_on}{rows[0].posted_until ? t(' 至 ', ' until ') + rows[0].posted_until : ''}{t('，五个工作日', ', five working days')}</p>}
			<div class="scroll" tabIndex={0} role="region" aria-label={t('月报', 'Month')}><table class="table"><thead><tr>{tableOf(rows).columns.map(c => <th class={c.number ? 'number' : ''}>{c.title}</th>)}</tr></thead>
				<tbody>{tableOf(rows).rows.map(([name, ...sums]) => <tr><td><Name>{name}</Name></td>{sums.map(sum => <td class="number">{sum}</td>)}</tr>)}</tbody>
				<tfoot><tr><th colSpan={3}>{t('合计', 'Total')}</th><td class="number"><strong class="total">{yuan(total)}</strong></td></tr></tfoot></table></div>
			<div class="paper-only"><p>{t('公示期五个工作日。有异议请向学校或县教育局反映。', 'Posted for five working days. Objections to the school or the county bureau.')}</p><p>{t('制表 ____________　校长 ____________　家长委员会 ____________　日期 ____________', 'Made by ____________  Head ____________  Parents’ committee ____________  Date ____________')}</p></div></div>}</Rows>
		<div class="no-print"><Items month={number} lines={lines.rows || []} /></div>
		{form === 'correct' && <Correct onClose={close} />}
		{form === 'lock' && <Lock month={number} total={total} people={(posting.rows || []).length} onClose={close} />}
		{form === 'sign' && <Sign month={number} onClose={close} />}
	</Page>;
}

// Who is not the head sees what was counted of them.
function Own() {
	const [month, setMonth] = useState(today().slice(0, 7));
	const ready = /^\d{4}-\d\d$/.test(month);
	const seen = useView(ready ? 'subsidy_own' : null, { month: month.replace('-', '') });
	const sum = (rows: Row[], k: string) => rows.reduce((n, r) => n + Number(r[k]), 0);
	return <Page title={t('我的课时', 'My hours')} back="#/people">
		<div class="narrow"><Field label={t('月份', 'Month')} type="month" value={month} onInput={setMonth} required /></div>
		<Rows seen={seen} empty={t('这个月还没有课时。', 'No duty in this month yet.')}>{rows => <div><p class="big-number"><strong>{hours(sum(rows, 'minutes'))}</strong> {t('小时，' + yuan(sum(rows, 'fen')) + ' 元（封顶以前）', 'hours, ' + yuan(sum(rows, 'fen')) + ' yuan (before the cap)')}</p>
			<div class="scroll" tabIndex={0} role="region" aria-label={t('我的课时', 'My hours')}><table class="table"><thead><tr><th>{t('日期', 'Date')}</th><th>{t('时段', 'Slot')}</th><th>{t('组', 'Group')}</th><th class="number">{t('分钟', 'Minutes')}</th><th class="number">{t('金额（元）', 'Sum')}</th></tr></thead>
				<tbody>{rows.map(r => <tr><td>{r.date}</td><td>{slotName(r.slot)}</td><td>{groupOf(r, r.date)}</td><td class="number">{r.minutes}</td><td class="number">{yuan(r.fen)}{Number(r.pays) ? '' : t(' 不计', ' unpaid')}</td></tr>)}</tbody></table></div>
			<p class="hint">{t('不对的，请告诉校长：由校长写明原因补记、更正。', 'Something is wrong: tell the head, who enters it with a reason.')}</p></div>}</Rows></Page>;
}

function State(p: { step: Row | undefined; month: string; head: boolean; onForm: (f: 'correct' | 'lock' | 'sign') => void }) {
	const s = p.step;
	const over = p.month < today().slice(0, 7);
	const done = (yes: any, words: string) => <li>{yes ? '✓ ' : '○ '}{words}</li>;
	return <section class="card"><h2>{t('到了哪一步', 'How far it is')}</h2><ul class="summary">
		{done(s, s ? t('学校已签字锁定：', 'Signed and locked by the school: ') + s.submitted_at + t('，', ', ') + yuan(s.fen) + t(' 元', ' yuan') : t('学校签字锁定', 'The school signs and locks'))}
		{done(s && s.parents, t('家长委员会签字', "The parents' committee") + (s && s.parents ? t('：', ': ') + s.parents : ''))}
		{done(s && s.central, t('中心校复核', 'The central school') + (s && s.central ? t('：', ': ') + s.central : ''))}
		{done(s && s.bureau === 1, t('教育局', 'The bureau') + (s && s.bureau_reason ? t('（退回：', ' (back: ') + s.bureau_reason + t('）', ')') : ''))}
		{done(s && s.finance === 1, t('财政', 'Finance') + (s && s.voucher ? t('：凭证 ', ': voucher ') + s.voucher : ''))}</ul>
		{p.head && <p class="row"><Button onClick={() => p.onForm('correct')}>{t('补记、更正课时', 'Add or correct duty')}</Button>{' '}
			{(!s || s.bureau === 2) && over && <Button kind="main" onClick={() => p.onForm('lock')}>{t('核对无误，签字锁定', 'Correct: sign and lock')}</Button>}{' '}
			{s && <Button onClick={() => p.onForm('sign')}>{t('记家委会、中心校签字', 'Record a countersignature')}</Button>}</p>}
		{!s && !over && <p class="hint">{t('这个月还没完，月底以后才能锁定。', 'The month is not over: it is locked afterwards.')}</p>}
		{s && <p class="hint">{t('锁定以后补记、更正的，下月一起算。', 'What is added after the lock counts in the next month.')}</p>}</section>;
}

function Problems(p: { month: string }) {
	const ten = useView('violations_R10', { month: p.month });
	const eleven = useView('violations_R11', { month: p.month });
	const staff = useView('staff');
	const found = (ten.rows || []).concat(eleven.rows || []);
	const who = (r: Row) => ((staff.rows || []).filter(s => String(s.staff) === String(r.staff))[0] || {}).name;
	return found.length ? <Note kind="care"><p>{t('请核对：', 'Please check:')}</p><ul>{found.slice(0, 20).map(r => <li>{r.date} <Name>{r.name || who(r)}</Name> {word(PROBLEMS, r.what)}</li>)}</ul></Note> : null;
}

function Items(p: { month: string; lines: Row[] }) {
	const [open, show] = useState(false);
	const seen = useView(open ? 'subsidy_items' : null, { month: p.month });
	if (!p.lines.length) return null;
	return <details onToggle={(e: any) => show(e.currentTarget.open)}><summary>{t('每个人、每一场怎么算的', 'How each sum came about')}</summary>
		<ul class="log">{p.lines.map(l => <li class="item"><p><strong><Name>{l.name}</Name></strong> {staffKind(l.kind)} {yuan(l.fen)} {t('元', 'yuan')}{Number(l.before_cap) !== Number(l.fen) && t('（封顶前 ' + yuan(l.before_cap) + '）', ' (' + yuan(l.before_cap) + ' before the cap)')}{Number(l.unpaid_minutes) > 0 && t('，另有 ' + hours(l.unpaid_minutes) + ' 不计补助', ', ' + hours(l.unpaid_minutes) + ' unpaid')}{Number(l.late) > 0 && t('，含上月迟到的 ' + l.late + ' 笔', ', ' + l.late + ' late of the month before')}</p></li>)}</ul>
		<Rows seen={seen} empty={t('没有。', 'None.')}>{rows => <div class="scroll" tabIndex={0} role="region" aria-label={t('明细', 'Items')}><table class="table"><thead><tr><th>{t('日期', 'Date')}</th><th>{t('姓名', 'Name')}</th><th>{t('时段', 'Slot')}</th><th>{t('组', 'Group')}</th><th class="number">{t('分钟', 'Minutes')}</th><th class="number">{t('标准（元）', 'Rate')}</th><th class="number">{t('金额（元）', 'Sum')}</th><th>{t('说明', 'Note')}</th></tr></thead>
			<tbody>{rows.map(r => <tr><td>{r.date}</td><td><Name>{r.name}</Name></td><td>{slotName(r.slot)}</td><td>{groupName(Number(r.grp), r.date)}</td><td class="number">{r.minutes}</td><td class="number">{yuan(r.rate)}</td><td class="number">{yuan(r.fen)}</td><td>{r.reason}{Number(r.late) ? t(' 上月迟到', ' late') : ''}{Number(r.pays) ? '' : t(' 不计', ' unpaid')}</td></tr>)}</tbody></table></div>}</Rows></details>;
}

function Correct(p: { onClose: () => void }) {
	const staff = useView('staff');
	const groups = useGroups();
	const [v, set] = useState<Row>({ person: '', date: today(), slot: '2', grp: '0', role: '1', minutes: '', reason: '' });
	const [error, setError] = useState<Refusal | null>(null);
	const put = (k: string) => (x: string) => set({ ...v, [k]: x });
	return <Sheet title={t('补记、更正课时', 'Add or correct duty')} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('duty.add', v);
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Select label={t('谁', 'Who')} value={v.person} onChange={put('person')} none={t('请选择', 'Choose')} options={(staff.rows || []).map(x => [String(x.staff), x.name] as [string, string])} />
		<Field label={t('日期', 'Date')} type="date" value={v.date} onInput={put('date')} required />
		<div class="pair"><Select label={t('时段', 'Slot')} value={v.slot} onChange={put('slot')} options={[['1', slotName(1)], ['2', slotName(2)]]} />
			<Select label={t('组', 'Group')} value={v.grp} onChange={put('grp')} options={[['0', groupName(0, today())] as [string, string]].concat((groups.rows || []).map(g => [String(g.grp), groupName(Number(g.grp), today())] as [string, string]))} /></div>
		<Select label={t('做什么', 'Role')} value={v.role} onChange={put('role')} options={[['1', t('看护', 'Care')], ['2', t('活动', 'Activity')]]} />
		<Field label={t('分钟（多记了填负数）', 'Minutes (negative takes away)')} value={v.minutes} onInput={put('minutes')} required mode="text" />
		<Field label={t('原因', 'Reason')} value={v.reason} onInput={put('reason')} required hint={t('登记后不能改，只能再登记一笔。', 'Never changed; only another entry.')} />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!v.person || !/^-?\d+$/.test(v.minutes) || !v.reason.trim()}>{t('登记', 'Record')}</Button></form></Sheet>;
}

function Lock(p: { month: string; total: number; people: number; onClose: () => void }) {
	const { me } = useWorld();
	const [signer, setSigner] = useState(me && me.staff ? me.staff.name : '');
	const [posted, setPosted] = useState(today());
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('签字锁定', 'Sign and lock')} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('statement.submit', { month: p.month, signer, posted_on: posted });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<p class="big-number"><strong>{yuan(p.total)}</strong> {t('元，' + p.people + ' 人', 'yuan, ' + p.people + ' people')}</p>
		<p>{t('锁定后这个月不再变，也不能解锁；以后的更正下月一起算。', 'The month does not change any more and cannot be unlocked; corrections count in the next.')}</p>
		<Field label={t('签字人', 'Signed by')} value={signer} onInput={setSigner} required />
		<Field label={t('公示开始', 'Posted from')} type="date" value={posted} onInput={setPosted} required />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!signer.trim()}>{t('签字锁定', 'Sign and lock')}</Button></form></Sheet>;
}

function Sign(p: { month: string; onClose: () => void }) {
	const [step, setStep] = useState('3');
	const [signer, setSigner] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('记纸上的签字', 'A signature on paper')} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('statement.sign', { month: p.month, step, signer });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Select label={t('谁签的', 'Who')} value={step} onChange={setStep} options={[['3', t('家长委员会', "The parents' committee")], ['2', t('中心校', 'The central school')]]} />
		<Field label={t('签字人姓名', 'Name')} value={signer} onInput={setSigner} required />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!signer.trim()}>{t('记下', 'Record')}</Button></form></Sheet>;
}
