import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { can, useView, useWorld } from '../state';
import { today } from '../time';
import { Button, Check, Failure, Field, Name, Page, Rows, Select, Sheet } from '../ui';
import { options, roleName, rolesOf, staffKind, staffKinds, t } from '../words';

export function People() {
	const seen = useView('staff');
	const { me } = useWorld();
	const [form, setForm] = useState<'' | 'add' | Row>('');
	const head = can('head');
	return <Page title={t('教职工', 'People')} tools={<span class="no-print">{head && <Button kind="main" onClick={() => setForm('add')}>{t('＋ 登记', '＋ Add')}</Button>}</span>}>
		<p class="no-print"><a class="button plain" href="#/statement">{t('月报与公示', 'Month and posting')}</a></p>
		<Rows seen={seen} empty={t('还没有人员。', 'Nobody yet.')}>{rows => <ul class="sessions">{rows.map(s => <li><div class={'session ' + (Number(s.active) ? 'here' : '')}>
			<span class="session-name"><Name>{s.name}</Name></span><span class="session-state">{rolesOf(s.roles)} · {staffKind(s.kind)}</span>
			<span class="session-more">{Number(s.active) ? (s.checked_on ? t('入职查询 ', 'Checked ') + s.checked_on : t('入职查询未登记', 'Entry check not recorded')) : t('已离岗', 'Has left')}</span>
			{Number(s.active) && (head || (me && me.staff && me.staff.id === s.staff)) ? <Button onClick={() => setForm(s)}>{t('PIN 码、离岗', 'PIN, leaving')}</Button> : null}</div></li>)}</ul>}</Rows>
		{form === 'add' && <Add onClose={() => { setForm(''); seen.reload(); }} />}
		{form && form !== 'add' && <Change person={form} head={head} onClose={() => { setForm(''); seen.reload(); }} />}
	</Page>;
}

function Add(p: { onClose: () => void }) {
	const [name, setName] = useState('');
	const [pin, setPin] = useState('');
	const [kind, setKind] = useState('1');
	const [checked, setChecked] = useState('');
	const [roles, setRoles] = useState<{ [r: string]: boolean }>({ teacher: true });
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('登记教职工', 'Add a person')} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('staff.add', { name: name.trim(), roles: Object.keys(roles).filter(r => roles[r]).join(','), kind, ...(pin ? { pin } : {}), ...(checked ? { checked_on: checked } : {}) });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Field label={t('姓名', 'Name')} value={name} onInput={setName} required />
		<fieldset><legend>{t('岗位', 'Roles')}</legend>{['teacher', 'head', 'guard'].map(r => <Check label={roleName(r)} checked={!!roles[r]} onChange={on => setRoles({ ...roles, [r]: on })} />)}</fieldset>
		<Select label={t('类别', 'Kind')} value={kind} onChange={setKind} options={options(staffKinds)} />
		<Field label={t('入职查询日期', 'Entry check on')} type="date" value={checked} onInput={setChecked} />
		<Field label={t('PIN 码（请本人输入）', 'PIN (typed by that person)')} type="password" mode="numeric" value={pin} onInput={setPin} autocomplete="new-password" />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!name.trim()}>{t('登记', 'Add')}</Button></form></Sheet>;
}

function Change(p: { person: Row; head: boolean; onClose: () => void }) {
	const [pin, setPin] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [sure, setSure] = useState(false);
	const run = async (name: string, args: Row) => {
		try {
			await command(name, args);
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	};
	return <Sheet title={p.person.name} onClose={p.onClose}>
		<form onSubmit={e => { e.preventDefault(); run('staff.pin', { staff_id: p.person.staff, pin }); }}>
			<Field label={t('新 PIN 码', 'New PIN')} type="password" mode="numeric" value={pin} onInput={setPin} required autocomplete="new-password" />
			<Button type="submit" kind="main" wide disabled={pin.length < 4}>{t('设 PIN 码', 'Set the PIN')}</Button></form>
		<Failure error={error} />
		{p.head && <div><h3>{t('离岗', 'Leaving the service')}</h3><p>{t('所做的记录保留姓名，不再能登录。', 'What was done keeps the name; no more signing in.')}</p>
			<Check label={t('确定离岗', 'Yes, leaves')} checked={sure} onChange={setSure} /><Button wide disabled={!sure} onClick={() => run('staff.end', { staff_id: p.person.staff })}>{t('登记离岗', 'Record it')}</Button></div>}
	</Sheet>;
}

const fen = (yuan: any) => Math.round(parseFloat(yuan) * 100) || 0;

// The month as it is posted for five working days.
export function Statement() {
	const { status } = useWorld();
	const [month, setMonth] = useState(today().slice(0, 7));
	const number = month.replace('-', '');
	const seen = useView('subsidy_posting', { month: number });
	return <Page title={t('月报与公示', 'Month and posting')} back="#/people" tools={<span class="no-print"><Button onClick={() => window.print()}>{t('打印', 'Print')}</Button> <a class="button plain" href={'/api/v1/sheet/subsidy_posting.xlsx?month=' + number}>.xlsx</a></span>}>
		<div class="narrow no-print"><Field label={t('月份', 'Month')} type="month" value={month} onInput={setMonth} required /></div>
		<h2 class="paper-only">{status && status.name} {t('课后服务劳务补助公示', 'Labour subsidy of the after-school service')} {month}</h2>
		<Rows seen={seen} empty={t('这个月还没有数。', 'Nothing in this month yet.')}>{rows => <div>
			{rows[0].posted_on && <p>{t('公示自 ', 'Posted from ')}{rows[0].posted_on}</p>}
			<div class="scroll" tabIndex={0} role="region" aria-label={t('月报', 'Month')}><table class="table"><thead><tr><th>{t('姓名', 'Name')}</th><th class="number">{t('时长', 'Hours')}</th><th class="number">{t('场次', 'Sessions')}</th><th class="number">{t('金额（元）', 'Sum (yuan)')}</th></tr></thead>
			<tbody>{rows.map(r => <tr><td><Name>{r.name}</Name></td><td class="number">{r.hours}</td><td class="number">{r.sessions}</td><td class="number">{r.yuan}</td></tr>)}</tbody>
			<tfoot><tr><th colSpan={3}>{t('合计', 'Total')}</th><td class="number"><strong>{(rows.reduce((n, r) => n + fen(r.yuan), 0) / 100).toFixed(2)}</strong></td></tr></tfoot></table></div>
			<div class="paper-only"><p>{t('公示期五个工作日。有异议请向学校或县教育局反映。', 'Posted for five working days. Objections to the school or the county bureau.')}</p><p>{t('制表 ____________　校长 ____________　家长委员会 ____________　日期 ____________', 'Made by ____________  Head ____________  Parents’ committee ____________  Date ____________')}</p></div></div>}</Rows>
		<p class="no-print"><a href="#/all">{t('送审、更正、锁定和专款在“全部功能”里', 'Approval, correction, lock and ledger are under “Everything”')}</a></p>
	</Page>;
}
