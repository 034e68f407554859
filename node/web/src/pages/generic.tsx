// Everything that has no page of its own: forms and lists made from what the host says of
// its commands and views.
import { useEffect, useState } from 'preact/hooks';
import { command, get, newRequestId, query, Refusal, Row } from '../api';
import { groupName, matches } from '../day';
import { can, isHub, Seen, useView, world } from '../state';
import { today } from '../time';
import { Button, Check, Failure, Field, Name, Note, Page, Rows, Select } from '../ui';
import { choices, label, said } from '../labels';
import { usePhase } from '../phase';
import { getLang, roleName, rolesOf, t, weekdayName } from '../words';

interface Param { name: string; type: string; optional: boolean }
interface Entry { name: string; about: string; about_zh?: string; roles: any; params: Param[]; requires: string; ask_school: boolean }
let known: { commands: Entry[]; views: Entry[] } | null = null;

function useSchema(): [typeof known, Refusal | null] {
	const [s, set] = useState(known);
	const [error, setError] = useState<Refusal | null>(null);
	useEffect(() => {
		if (!known) get('schema').then(a => set(known = a), setError);
	}, []);
	return [s, error];
}

// Codes stand as words in the fields: their numbers are left out of the sentence.
const about = (e: Entry) => (getLang() === 'zh' && e.about_zh ? e.about_zh : e.about).replace(/（\d+）| \(\d+\)/g, '');
// The first clause; not half of a parenthesis.
function short(e: Entry): string {
	const clause = about(e).split(/[。：；:.;]/)[0];
	const open = Math.max(clause.lastIndexOf('（'), clause.lastIndexOf('('));
	return open > 0 && Math.max(clause.lastIndexOf('）'), clause.lastIndexOf(')')) < open ? clause.slice(0, open).trim() : clause;
}

// What the requirement is about, in the words of the notice.
const SUBJECTS: Array<[string, () => string, string[]]> = [
	['plan', () => t('方案与通知', 'Plan and messages'), ['R2']],
	['care', () => t('场次与离校', 'Sessions and leaving'), ['R1', 'R12', 'R7']],
	['consent', () => t('自愿与同意', 'Choice and consent'), ['R3', 'R4']],
	['activity', () => t('活动与周计划', 'Activities and weekly plan'), ['R8', 'R9']],
	['safety', () => t('安全与事件', 'Safety and incidents'), ['R13', 'R14', 'R21']],
	['people', () => t('人员与课时', 'People and hours'), ['R10', 'R11']],
	['pupils', () => t('学生与优先保障', 'Children and priority'), ['R5', 'R6', 'R19', 'R20']],
	['voice', () => t('评价、意见与经验', 'Evaluation, opinions, good practice'), ['R15', 'R16', 'R17']],
	['privacy', () => t('隐私', 'Privacy'), ['R18']],
];

function allowed(e: Entry): boolean {
	const roles = Array.isArray(e.roles) ? e.roles : String(e.roles || '').split(' ');
	return !world.me || !world.me.staff || !roles.length || !roles[0] || can(...roles);
}

function first(requires: any): string {
	return String(Array.isArray(requires) ? requires[0] : requires || '').split(' ')[0];
}

export function All() {
	const [s, error] = useSchema();
	const [filter, setFilter] = useState('');
	const phase = usePhase();
	const [more, setMore] = useState(false);
	const later = (e: Entry) => phase.recordLater(e.name, first(e.requires));
	const hidden = s ? s.views.concat(s.commands).filter(e => allowed(e) && later(e)).length : 0;
	const wanted = (e: Entry) => allowed(e) && (more || !later(e)) && (!filter || (about(e) + e.name).toLowerCase().indexOf(filter.toLowerCase()) >= 0);
	return <Page title={t('全部功能', 'Everything')} back="#/more">
		<Failure error={error} />
		<Field label={t('找', 'Find')} type="search" value={filter} onInput={setFilter} />
		{hidden > 0 && <Note><p>{t('本校在第 ' + phase.now + ' 阶段，有 ' + hidden + ' 项以后的阶段才要求。', 'This school is in phase ' + phase.now + '; ' + hidden + ' entries are asked for in a later one.')}</p>
			<Button onClick={() => setMore(!more)}>{more ? t('不显示', 'Hide them') : t('也显示', 'Show them')}</Button></Note>}
		{s && SUBJECTS.map(([, words, ids]) => {
			const mine = (all: Entry[]) => all.filter(e => ids.indexOf(first(e.requires)) >= 0 && wanted(e));
			const views = mine(s.views);
			const commands = mine(s.commands);
			return views.length + commands.length > 0 && <section class="card"><h2>{words()}</h2><div class="two">
				<div><h3>{t('看', 'See')}</h3><ul class="links">{views.map(e => <li><a href={'#/list/' + e.name} title={about(e)}>{short(e)}</a></li>)}</ul></div>
				<div><h3>{t('记', 'Record')}</h3><ul class="links">{commands.map(e => <li><a href={'#/form/' + e.name} title={about(e)}>{short(e)}</a></li>)}</ul></div></div></section>;
		})}
	</Page>;
}

// A number of another record is chosen from the list of those records.
const PICK: { [param: string]: [string, (r: Row) => string] } = {
	hazard: ['hazards', r => [r.found_on, r.what, r.place].join(' ')], opinion: ['opinions', r => [r.received_on, r.text].join(' ')], incident: ['incidents', r => [String(r.happened_at).slice(0, 10), r.place, r.what].join(' ')],
	inspection: ['inspections', r => [r.on || r.checked_on || r.date, r.result].join(' ')], training: ['trainings', r => [r.held_on, r.note].join(' ')], practice: ['practices', r => String(r.title)], message: ['notices', r => String(r.title)],
	order_id: ['phone_orders', r => [r.received_at, r.words].join(' ')], route: ['routes', r => String(r.name)], version: ['policy', r => r.version + ' ' + r.title], indicator: ['policy_lists', r => r.code + ' ' + r.title],
};
const PICK_ID: { [param: string]: string } = { indicator: 'code' };

function Input(p: { param: Param; command: string; school: string; value: string; set: (v: string) => void; people: Row[]; pupils: Row[]; groups: Row[]; child?: string }) {
	const { name, type, optional } = p.param;
	const words = label(name);
	const picked = p.command !== name + '.set' && !/^(practice\.write|route\.set)$/.test(p.command) && PICK[name];
	const asks = (param: string) => !!picked && !!known && known.views.some(e => e.name === picked[0] && e.params.some(x => x.name === param));
	const records = useView(picked && !(isHub() && !p.school && known && known.views.some(e => e.name === picked[0] && e.ask_school)) ? picked[0] : null,
		{ school: p.school, date: asks('date') ? today() : undefined, list: name === 'indicator' ? 2 : undefined });
	const family = useView(/^(guardian|approved_by|asked_by|delegated_by)$/.test(name) && p.child ? 'pupil' : null, { pupil: p.child });
	const none = optional ? t('不填', 'none') : t('请选择', 'Choose');
	const pick = (o: Array<[string, string]>) => <Select label={words + (optional ? t('（可不填）', ' (optional)') : '')} value={p.value} onChange={p.set} none={none} options={o} />;
	if (name === 'pupil' || name === 'same_as' || name === 'double') return <Find label={words} value={p.value} set={p.set} rows={p.pupils} required={!optional} />;
	if (type === 'j' && /^(pupils|absent|excused|extra|except|join|leave|repeat)$/.test(name)) return <Many label={words} value={p.value} set={p.set} rows={p.pupils} />;
	if (/(^|_)staff(_id)?$|^leader$|^kept_by$|^informed$|^person$/.test(name) && type === 'i') return pick(p.people.map(x => [x.staff, x.name]));
	if (/^(guardian|approved_by|asked_by|delegated_by)$/.test(name) && type === 'i') return pick((family.rows && family.rows[0] ? JSON.parse(family.rows[0].guardians || '[]') : []).map((g: any) => [g.guardian, g.name] as [string, string]));
	if (picked && type === 'i') return pick((records.rows || []).filter((r, i, all) => all.map(x => x[PICK_ID[name] || name]).indexOf(r[PICK_ID[name] || name]) === i).map(r => [String(r[PICK_ID[name] || name]), picked[1](r).slice(0, 60)] as [string, string]));
	if (name === 'grp') return pick(p.groups.map(g => [String(g.grp), groupName(Number(g.grp), today())]));
	if (name === 'slot') return pick([['1', t('中午', 'Noon')], ['2', t('下午', 'Afternoon')]]);
	if (name === 'weekday') return pick([0, 1, 2, 3, 4, 5, 6, 7].map(n => [String(n), weekdayName(n)] as [string, string]));
	if (name === 'weekdays' || name === 'boarding_week') return <fieldset><legend>{words}</legend><div class="days">{[1, 2, 3, 4, 5, 6, 7].map(n => <Check label={weekdayName(n)} checked={(Number(p.value) & 1 << (n - 1)) > 0} onChange={() => p.set(String(Number(p.value) ^ 1 << (n - 1)))} />)}</div></fieldset>;
	if (name === 'roles') return <fieldset><legend>{words}</legend><div class="days">{['teacher', 'head', 'guard'].map(r => <Check label={roleName(r)} checked={p.value.split(',').indexOf(r) >= 0} onChange={on => p.set(p.value.split(',').filter(x => x && x !== r).concat(on ? r : []).join(','))} />)}</div></fieldset>;
	const codes = type === 'i' && choices(p.command, name);
	if (codes) return pick(codes);
	if (type === 'b') return <Check label={words} checked={p.value === '1'} onChange={v => p.set(v ? '1' : optional ? '' : '0')} />;
	if (name === 'pin') return <Field label={words} type="password" mode="numeric" value={p.value} onInput={p.set} required={!optional} />;
	return <Field label={words} value={p.value} onInput={p.set} required={!optional} type={type === 'd' ? 'date' : type === 'm' ? 'time' : 'text'} hint={name === 'month' ? t('六位数，如 202611', 'six digits, as 202611') : undefined}
		mode={type === 'i' ? 'numeric' : undefined} area={type === 'j' || /^(body|text|what|words|answer|result)$/.test(name)} />;
}

// Several children: a list of their numbers.
function Many(p: { label: string; value: string; set: (v: string) => void; rows: Row[] }) {
	const ids = p.value ? p.value.split(',') : [];
	const name = (id: string) => (p.rows.filter(r => String(r.pupil) === id)[0] || {}).name;
	return <div><Find label={p.label} value="" set={id => { if (id && ids.indexOf(id) < 0) p.set(ids.concat(id).join(',')); }} rows={p.rows} required={false} />
		{ids.length > 0 && <p>{ids.map(id => <button type="button" class="button plain chosen-one" onClick={() => p.set(ids.filter(x => x !== id).join(','))}><Name>{name(id)}</Name> ✕</button>)}</p>}</div>;
}

function Find(p: { label: string; value: string; set: (v: string) => void; rows: Row[]; required: boolean }) {
	const [text, setText] = useState('');
	const chosen = p.rows.filter(r => String(r.pupil) === p.value)[0];
	return <div><Field label={p.label} value={chosen ? chosen.name : text} required={p.required} onInput={v => { p.set(''); setText(v); }} hint={t('输入姓名或拼音首字母，再点名字', 'Type a name or initials, then choose')} />
		{!chosen && text && <div class="people">{p.rows.filter(r => matches(r.name, text, r.initials)).slice(0, 8).map(r => <button type="button" class="person" onClick={() => p.set(String(r.pupil))}><Name>{r.name}</Name></button>)}</div>}</div>;
}

// At the county a list is of one school, of those that hold a row a child or session; a
// record is of one school or of the whole county.
function useSchools(): Row[] {
	const [rows, set] = useState<Row[]>([]);
	useEffect(() => { if (isHub()) get('schools').then(a => set(a.rows), () => set([])); }, []);
	return rows;
}

function School(p: { rows: Row[]; value: string; set: (v: string) => void; must: boolean }) {
	return <Select label={t('学校', 'School')} value={p.value} onChange={p.set} none={p.must ? t('请选择', 'Choose') : t('全县', 'The whole county')}
		options={p.rows.map(r => [String(r.school), String(r.name)] as [string, string])} />;
}

// The people, children and classes that fields choose from: at the county of the school alone.
function useChoices(school: string): { staff: Seen; pupils: Seen; groups: Seen } {
	const of = isHub() ? { school } : {};
	const name = (view: string) => isHub() && !school ? null : view;
	return { staff: useView(name('staff'), of), pupils: useView(name('pupils'), of), groups: useView(name('groups'), of) };
}

export function Form(p: { name: string }) {
	const [s, error] = useSchema();
	const e = s && s.commands.filter(c => c.name === p.name)[0];
	const [v, set] = useState<Row>({});
	const [id, setId] = useState(newRequestId);
	const [failed, setFailed] = useState<Refusal | null>(null);
	const [done, setDone] = useState(false);
	const [school, setSchool] = useState('');
	const schools = useSchools();
	const { staff, pupils, groups } = useChoices(school);
	if (!e) return <Page title={t('登记', 'Record')} back="#/all"><Failure error={error} /></Page>;
	const value = (x: Param) => v[x.name] !== undefined ? v[x.name] : x.type === 'd' && !x.optional ? today() : '';
	return <Page title={short(e)} lead={about(e)} back="#/all"><form class="narrow" onSubmit={async event => {
		event.preventDefault();
		const args: Row = {};
		e.params.forEach(x => { if (value(x) !== '') args[x.name] = value(x); });
		if (school) args.school = school;
		setFailed(null);
		setDone(false);
		try {
			await command(p.name, args, id);
			setDone(true);
			set({});
			setId(newRequestId());
		} catch (problem) {
			setFailed(problem as Refusal);
		}
	}}>
		{isHub() && <School rows={schools} value={school} set={setSchool} must={false} />}
		{e.params.map(x => <Input param={x} command={p.name} school={school} value={value(x)} set={n => set({ ...v, [x.name]: n })} people={(staff.rows || []).filter(y => Number(y.active))} pupils={pupils.rows || []} groups={groups.rows || []} child={v.pupil} />)}
		<Failure error={failed} />
		{done && <Note kind="good"><p>{t('已记在学校主机上。', "Recorded on the school's machine.")}</p></Note>}
		<Button type="submit" kind="main" wide>{t('保存', 'Save')}</Button></form></Page>;
}

// An array or object of the database's JSON, in a line.
function inner(v: any): string {
	if (Array.isArray(v)) return v.map(inner).join('；');
	if (v && typeof v === 'object') return Object.keys(v).filter(k => !/^(id|pupil|guardian|collector)$/.test(k) && v[k] !== null && v[k] !== '').map(k => said('', k, v[k]) || String(v[k])).join(' ');
	return v === null ? '' : String(v);
}

function cell(view: string, column: string, v: any): string {
	if (v === null || v === undefined) return '';
	if (/(^|_)fen$/.test(column) || (/^(cap|before_cap|rate|allocated|spent|county_budget|county_allocated|fen_per_child)$/.test(column))) return (Number(v) / 100).toFixed(2);
	if (column === 'grp') return groupName(Number(v), today());
	if (/^(from|until)_md$/.test(column)) return Math.floor(Number(v) / 100) + '-' + Number(v) % 100;
	if (column === 'roles') return String(rolesOf(v));
	const words = said(view, column, v);
	if (words !== null) return words;
	if (typeof v === 'string' && /^[[{]/.test(v)) {
		try {
			return inner(JSON.parse(v));
		} catch (e) {
			return v;
		}
	}
	return String(v);
}

// A number that only the machine knows: not shown where the name stands beside it.
const HIDDEN = /^(school|version|row_key|(from|to|by)_id|sort|initials)$/;
const NUMBERED = /^(pupil|staff|guardian|collector|consent|incident|hazard|inspection|opinion|practice|gift|training|message|request|complaint|route|entry|order_id|transfer|reporter|account_unit|other_pupil)$/;

export function List(p: { name: string }) {
	const [s] = useSchema();
	const e = s && s.views.filter(c => c.name === p.name)[0];
	const [v, set] = useState<Row>({});
	const [school, setSchool] = useState('');
	const schools = useSchools();
	const { staff, pupils, groups } = useChoices(school);
	const params: Row = school ? { school } : {};
	(e ? e.params : []).forEach(x => {
		const given = v[x.name] !== undefined ? v[x.name] : x.optional ? '' : x.type === 'd' ? today() : x.name === 'month' ? today().slice(0, 7).replace('-', '') : x.name === 'slot' ? '2' : '';
		if (given !== '') params[x.name] = given;
	});
	const must = isHub() && !!e && e.ask_school;
	const ready = e && (!must || school) && e.params.every(x => x.optional || params[x.name]);
	const seen = useView(ready ? p.name : null, params);
	if (!e) return <Page title={t('查看', 'See')} back="#/all" />;
	return <Page title={short(e)} lead={about(e)} back="#/all" tools={<span class="no-print"><Button onClick={() => window.print()}>{t('打印', 'Print')}</Button> <a class="button plain" href={'/api/v1/sheet/' + p.name + '.xlsx' + query(params)}>.xlsx</a></span>}>
		{(e.params.length > 0 || isHub()) && <div class="narrow no-print">{isHub() && <School rows={schools} value={school} set={setSchool} must={must} />}{e.params.map(x => <Input param={x} command={p.name} school={school} value={params[x.name] || ''} set={n => set({ ...v, [x.name]: n })} people={staff.rows || []} pupils={pupils.rows || []} groups={groups.rows || []} />)}</div>}
		{ready ? <Rows seen={seen} empty={t('没有。', 'Nothing.')}>{rows => <Table view={p.name} rows={rows} schools={school ? [] : schools} />}</Rows> : <p class="hint">{t('先填上面。', 'Fill in above first.')}</p>}
	</Page>;
}

// schools: at the county, for a list of more than one of them.
function Table(p: { view: string; rows: Row[]; schools: Row[] }) {
	const school = (id: any) => (p.schools.filter(s => String(s.school) === String(id))[0] || { name: id }).name;
	const columns = Object.keys(p.rows[0]).filter(c => (!HIDDEN.test(c) || (c === 'school' && p.schools.length > 0)) && !(NUMBERED.test(c) && p.rows.every(r => r[c] === null || /^\d+$/.test(String(r[c])))));
	const shown = (r: Row, c: string) => c === 'school' && p.schools.length ? String(school(r[c])) : cell(p.view, c, r[c]);
	const numbers: { [c: string]: boolean } = {};
	columns.forEach(c => { numbers[c] = p.rows.some(r => typeof r[c] === 'number') && p.rows.every(r => /^-?[\d.]*$/.test(shown(r, c))); });
	const number = (c: string) => numbers[c];
	return <div class="scroll" tabIndex={0} role="region" aria-label={t('表', 'Table')}><table class="table"><thead><tr>{columns.map(c => <th class={number(c) ? 'number' : ''}>{label(c)}</th>)}</tr></thead>
		<tbody>{p.rows.slice(0, 1000).map(r => <tr>{columns.map(c => <td class={number(c) ? 'number' : ''}><Name>{shown(r, c)}</Name></td>)}</tr>)}</tbody></table></div>;
}
