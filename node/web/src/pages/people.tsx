import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { usePhase } from '../phase';
import { can, useView, useWorld } from '../state';
import { Button, Check, Failure, Field, Name, Page, Rows, Select, Sheet } from '../ui';
import { options, roleName, rolesOf, staffKind, staffKinds, t } from '../words';

export function People() {
	const seen = useView('staff');
	const { me } = useWorld();
	const [form, setForm] = useState<'' | 'add' | Row>('');
	const head = can('head');
	const phase = usePhase();
	return <Page title={t('教职工', 'People')} tools={<span class="no-print">{head && <Button kind="main" onClick={() => setForm('add')}>{t('＋ 登记', '＋ Add')}</Button>}</span>}>
		<p class="no-print">{!phase.hides('week') && <a class="button plain" href="#/week">{t('周计划', 'The week')}</a>} {!phase.hides('statement') && <a class="button plain" href="#/statement">{head ? t('月报与公示', 'Month and posting') : t('我的课时', 'My hours')}</a>}</p>
		<Rows seen={seen} empty={t('还没有人员。', 'Nobody yet.')}>{rows => <ul class="sessions">{rows.map(s => <li><div class={'session ' + (Number(s.active) ? 'here' : '')}>
			<span class="session-name"><Name>{s.name}</Name></span><span class="session-state">{rolesOf(s.roles)} · {staffKind(s.kind)}</span>
			<span class="session-more">{Number(s.active) ? (s.checked_on ? t('入职查询 ', 'Checked ') + s.checked_on : t('入职查询未登记', 'Entry check not recorded')) : t('已离岗', 'Has left')}</span>
			{Number(s.active) && (head || (me && me.staff && me.staff.id === s.staff)) ? <Button onClick={() => setForm(s)}>{head ? t('资料、PIN 码、离岗', 'Facts, PIN, leaving') : t('PIN 码', 'PIN')}</Button> : null}</div></li>)}</ul>}</Rows>
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
	const was = ['teacher', 'head', 'guard'].filter((_, i) => Number(p.person.roles) & 1 << i);
	const [v, set] = useState<Row>({ name: p.person.name, kind: String(p.person.kind || 1), checked_on: p.person.checked_on || '' });
	const [roles, setRoles] = useState(was);
	return <Sheet title={p.person.name} onClose={p.onClose}>
		<form onSubmit={e => { e.preventDefault(); run('staff.pin', { staff_id: p.person.staff, pin }); }}>
			<Field label={t('新 PIN 码', 'New PIN')} type="password" mode="numeric" value={pin} onInput={setPin} required autocomplete="new-password" />
			<Button type="submit" kind="main" wide disabled={pin.length < 4}>{t('设 PIN 码', 'Set the PIN')}</Button></form>
		<Failure error={error} />
		{p.head && <form onSubmit={e => { e.preventDefault(); run('staff.edit', { staff_id: p.person.staff, name: v.name.trim(), kind: v.kind, roles: roles.join(','), ...(v.checked_on ? { checked_on: v.checked_on } : {}) }); }}><h3>{t('更正资料', 'Correct')}</h3>
			<Field label={t('姓名', 'Name')} value={v.name} onInput={name => set({ ...v, name })} required />
			<fieldset><legend>{t('岗位', 'Roles')}</legend>{['teacher', 'head', 'guard'].map(r => <Check label={roleName(r)} checked={roles.indexOf(r) >= 0} onChange={on => setRoles(roles.filter(x => x !== r).concat(on ? r : []))} />)}</fieldset>
			<Select label={t('类别', 'Kind')} value={v.kind} onChange={kind => set({ ...v, kind })} options={options(staffKinds)} />
			<Field label={t('入职查询日期', 'Entry check on')} type="date" value={v.checked_on} onInput={checked_on => set({ ...v, checked_on })} />
			<Button type="submit" wide disabled={!v.name.trim() || !roles.length}>{t('更正', 'Correct')}</Button></form>}
		{p.head && <div><h3>{t('离岗', 'Leaving the service')}</h3><p>{t('所做的记录保留姓名，不再能登录。', 'What was done keeps the name; no more signing in.')}</p>
			<Check label={t('确定离岗', 'Yes, leaves')} checked={sure} onChange={setSure} /><Button wide disabled={!sure} onClick={() => run('staff.end', { staff_id: p.person.staff })}>{t('登记离岗', 'Record it')}</Button></div>}
	</Sheet>;
}
