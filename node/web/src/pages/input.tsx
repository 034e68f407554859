// One field of a generated form, by what its parameter is called: another record, a child, a
// person, a school or site is chosen by name, a code by its word.
import { useState } from 'preact/hooks';
import type { Row } from '../api';
import { groupName, matches } from '../day';
import { isHub, Seen, useView } from '../state';
import { today } from '../time';
import { Button, Check, Field, Name, Select } from '../ui';
import { choices, label } from '../labels';
import type { Param, Schema } from '../schema';
import { roleName, t, weekdayName } from '../words';

// A number of another record is chosen from the list of those records.
const PICK: { [param: string]: [string, (r: Row) => string] } = {
	hazard: ['hazards', r => [r.found_on, r.what, r.place].join(' ')], opinion: ['opinions', r => [r.received_on, r.text].join(' ')], incident: ['incidents', r => [String(r.happened_at).slice(0, 10), r.place, r.what].join(' ')],
	inspection: ['inspections', r => [r.on || r.checked_on || r.date, r.result].join(' ')], training: ['trainings', r => [r.held_on, r.note].join(' ')], practice: ['practices', r => String(r.title)], message: ['notices', r => String(r.title)],
	order_id: ['phone_orders', r => [r.received_at, r.words].join(' ')], route: ['routes', r => String(r.name)], version: ['policy', r => r.version + ' ' + r.title], indicator: ['policy_lists', r => r.code + ' ' + r.title],
	complaint: ['complaints', r => [r.received_on, r.text].join(' ')], 'plan.set.kind': ['policy_lists', r => r.title], 'session.open.kind': ['policy_lists', r => r.title],
};
const PICK_ID: { [param: string]: string } = { indicator: 'code', kind: 'code' };
// Commands whose number says which record is changed; without one a new record begins.
const NEW = /^(practice\.write|route\.set)$/;

// What fields choose from: at the county of the school alone.
export interface Choices { people: Row[]; pupils: Row[]; groups: Row[]; schools: Row[]; schema: Schema }

export function useChoices(school: string, command = ''): { staff: Seen; pupils: Seen; groups: Seen } {
	const of = isHub() ? { school } : {};
	const name = (view: string) => isHub() && !school ? null : view;
	return { staff: useView(/^county\./.test(command) ? 'county_staff' : name('staff'), of), pupils: useView(name('pupils'), of), groups: useView(name('groups'), of) };
}

interface Given { param: Param; command: string; school: string; form: Row; value: string; set: (v: string) => void; from: Choices }

export function Input(p: Given) {
	const { name, type, optional } = p.param;
	const { from } = p;
	const words = label(name, p.command);
	const child = p.form.pupil;
	const picked = p.command !== name + '.set' && !NEW.test(p.command) && type === 'i' && (PICK[p.command + '.' + name] || PICK[name]);
	const view = picked && from.schema.views.filter(e => e.name === picked[0])[0];
	const asks = (param: string) => !!view && view.params.some(x => x.name === param);
	const records = useView(view && !(isHub() && !p.school && view.ask_school) ? view.name : null,
		{ school: p.school, date: asks('date') ? today() : undefined, list: name === 'indicator' ? 2 : name === 'kind' ? 1 : undefined });
	const kin = /^(guardian|approved_by|asked_by|delegated_by|collector)$/.test(name);
	const family = useView(kin && child ? 'pupil' : null, { pupil: child });
	const there = useView(name === 'to_pupil' && p.form.to_school ? 'pupils' : null, { school: p.form.to_school });
	const none = optional ? t('不填', 'none') : t('请选择', 'Choose');
	const pick = (o: Array<[string, string]>, hint?: string) => <Select label={words + (optional ? t('（可不填）', ' (optional)') : '')} value={p.value} onChange={p.set} none={hint || none} options={o} />;
	if (/^(pupil|same_as|double)$/.test(name)) return <Find label={words} value={p.value} set={p.set} rows={from.pupils} required={!optional} />;
	if (name === 'to_pupil') return <Find label={words} value={p.value} set={p.set} rows={there.rows || []} required={!optional} />;
	if (type === 'j' && /^(pupils|absent|excused|extra|except|join|leave|repeat)$/.test(name)) return <Many label={words} value={p.value} set={p.set} rows={from.pupils} />;
	if (name === 'moves') return <Moves label={words} value={p.value} set={p.set} rows={from.pupils} />;
	if (name === 'document') return <Document label={words} set={p.set} />;
	if (name === 'site') return <Site {...p} />;
	if (isHub() && /(^|_)school$|^(central|account_unit)$/.test(name)) return pick(from.schools.map(r => [String(r.school), String(r.name)]));
	if (/(^|_)staff(_id)?$|^leader$|^kept_by$|^informed$|^person$/.test(name) && type === 'i') return pick(from.people.map(x => [x.staff, x.name]));
	if (kin && type === 'i') return pick((family.rows && family.rows[0] ? JSON.parse(family.rows[0][name === 'collector' ? 'collectors' : 'guardians'] || '[]') : []).map((g: any) => [g.guardian || g.collector, g.name] as [string, string]), child ? '' : t('先选孩子', 'first the child'));
	if (picked) return pick((records.rows || []).map(r => [String(r[PICK_ID[name] || name]), picked[1](r).slice(0, 60)] as [string, string]).filter((r, i, all) => all.map(x => x[0]).indexOf(r[0]) === i));
	if (name === 'grp') return pick(from.groups.map(g => [String(g.grp), groupName(Number(g.grp), today())]));
	if (name === 'slot') return pick([['1', t('中午', 'Noon')], ['2', t('下午', 'Afternoon')]]);
	if (name === 'weekday') return pick([0, 1, 2, 3, 4, 5, 6, 7].map(n => [String(n), weekdayName(n)] as [string, string]));
	if (name === 'school_year') {
		const now = Number(today().slice(0, 4));
		return pick([now + 1, now, now - 1, now - 2].map(n => [String(n), n + '–' + (n + 1)] as [string, string]));
	}
	if (name === 'weekdays' || name === 'boarding_week') return <fieldset><legend>{words}</legend><div class="days">{[1, 2, 3, 4, 5, 6, 7].map(n => <Check label={weekdayName(n)} checked={(Number(p.value) & 1 << (n - 1)) > 0} onChange={() => p.set(String(Number(p.value) ^ 1 << (n - 1)))} />)}</div></fieldset>;
	if (name === 'roles') return <fieldset><legend>{words}</legend><div class="days">{(isHub() ? ['clerk', 'lead', 'auditor'] : ['teacher', 'head', 'guard']).map(r => <Check label={roleName(r)} checked={p.value.split(',').indexOf(r) >= 0} onChange={on => p.set(p.value.split(',').filter(x => x && x !== r).concat(on ? r : []).join(','))} />)}</div></fieldset>;
	const codes = type === 'i' && choices(p.command, name);
	if (codes) return pick(codes);
	if (type === 'b') return <Check label={words} checked={p.value === '1'} onChange={v => p.set(v ? '1' : optional ? '' : '0')} />;
	if (name === 'pin') return <Field label={words} type="password" mode="numeric" value={p.value} onInput={p.set} required={!optional} />;
	if (name === 'month') return <Field label={words} type="month" value={p.value.replace(/^(\d{4})(\d\d)$/, '$1-$2')} onInput={v => p.set(v.replace('-', ''))} required={!optional} />;
	if (name === 'fen') return <Yuan {...p} />;
	return <Field label={words} value={p.value} onInput={p.set} required={!optional} type={type === 'd' ? 'date' : type === 'm' ? 'time' : 'text'} hint={type === 'j' ? t('几个的用逗号分开', 'several with commas') : undefined}
		mode={type === 'i' ? 'numeric' : undefined} area={type === 'j' || /^(body|text|what|words|answer|result)$/.test(name)} />;
}

// A site by its name; a new one takes the next number.
function Site(p: Given) {
	const seen = useView(isHub() && !p.school ? null : 'sites', isHub() ? { school: p.school } : {});
	const rows = seen.rows || [];
	const { optional } = p.param;
	const options = rows.map(s => [String(s.site), siteName(s)] as [string, string]);
	if (p.command === 'site.add') options.push([String(rows.reduce((n, s) => Math.max(n, Number(s.site) + 1), 0)), t('＋ 新的教学点', '＋ a new teaching point')]);
	return <Select label={label('site') + (optional ? t('（可不填）', ' (optional)') : '')} value={p.value} onChange={p.set}
		none={isHub() && !p.school ? t('先选学校', 'first the school') : optional ? t('不填', 'none') : t('请选择', 'Choose')} options={options} />;
}

export const siteName = (s: Row) => s.name || (Number(s.site) ? t('教学点 ', 'point ') + s.site : t('本校', 'the school'));

// Money is entered in yuan and kept in fen.
function Yuan(p: Given) {
	const [text, setText] = useState(p.value ? String(Number(p.value) / 100) : '');
	return <Field label={t('金额（元）', 'Sum (yuan)')} value={text} required={!p.param.optional} hint={/^-?\d*(\.\d{0,2})?$/.test(text) ? undefined : t('写数字，最多两位小数', 'digits, two decimals at most')}
		onInput={v => { setText(v); p.set(/^-?\d+(\.\d{0,2})?$/.test(v) ? String(Math.round(Number(v) * 100)) : ''); }} />;
}

// A file whose text is the value.
function Document(p: { label: string; set: (v: string) => void }) {
	return <div class="field"><label for="document">{p.label}</label><input id="document" type="file" required onChange={(e: any) => {
		const reader = new FileReader();
		reader.onload = () => p.set(String(reader.result));
		reader.readAsText(e.currentTarget.files[0]);
	}} /></div>;
}

// Several children: a list of their numbers.
function Many(p: { label: string; value: string; set: (v: string) => void; rows: Row[] }) {
	const ids = p.value ? p.value.split(',') : [];
	return <div><Find label={p.label} value="" set={id => { if (id && ids.indexOf(id) < 0) p.set(ids.concat(id).join(',')); }} rows={p.rows} required={false} />
		{ids.length > 0 && <p>{ids.map(id => <button type="button" class="button plain chosen-one" onClick={() => p.set(ids.filter(x => x !== id).join(','))}><Name>{nameOf(p.rows, id)}</Name> ✕</button>)}</p>}</div>;
}

const nameOf = (rows: Row[], id: string) => (rows.filter(r => String(r.pupil) === id)[0] || {}).name;

// Children with the class of the new year to which each goes.
function Moves(p: { label: string; value: string; set: (v: string) => void; rows: Row[] }) {
	const all: Row[] = p.value ? JSON.parse(p.value) : [];
	const [pupil, choose] = useState('');
	const [cls, setClass] = useState('');
	const put = (rows: Row[]) => p.set(rows.length ? JSON.stringify(rows) : '');
	return <div><Find label={p.label} value={pupil} set={choose} rows={p.rows} required={false} />
		{pupil && <div><Field label={t('到几班（数字）', 'To class number')} mode="numeric" value={cls} onInput={setClass} />
			<Button disabled={!/^\d{1,2}$/.test(cls)} onClick={() => {
				put(all.filter(m => m.pupil !== pupil).concat({ pupil, class: Number(cls) }));
				choose('');
			}}>{t('加上', 'Add')}</Button></div>}
		{all.length > 0 && <p>{all.map(m => <button type="button" class="button plain chosen-one" onClick={() => put(all.filter(x => x !== m))}><Name>{nameOf(p.rows, m.pupil)}</Name> {t('到 ' + m.class + ' 班', 'to class ' + m.class)} ✕</button>)}</p>}</div>;
}

function Find(p: { label: string; value: string; set: (v: string) => void; rows: Row[]; required: boolean }) {
	const [text, setText] = useState('');
	const chosen = p.rows.filter(r => String(r.pupil) === p.value)[0];
	return <div><Field label={p.label} value={chosen ? chosen.name : text} required={p.required} onInput={v => { p.set(''); setText(v); }} hint={t('输入姓名或拼音首字母，再点名字', 'Type a name or initials, then choose')} />
		{!chosen && text && <div class="people">{p.rows.filter(r => matches(r.name, text, r.initials)).slice(0, 8).map(r => <button type="button" class="person" onClick={() => p.set(String(r.pupil))}><Name>{r.name}</Name></button>)}</div>}</div>;
}
