// Everything that has no page of its own: forms and lists made from what the host says of
// its commands and views.
import { useEffect, useState } from 'preact/hooks';
import { Answer, command, get, newRequestId, Refusal, Row } from '../api';
import { groupName } from '../day';
import { can, isHub, useView, world } from '../state';
import { dateOf, DAYS_2000_MS, timeOf, today } from '../time';
import { Button, Emptied, Failure, Field, Name, Note, Page, Rows, Select } from '../ui';
import { label, said, tables } from '../labels';
import { usePhase } from '../phase';
import { rolesOf, t, word } from '../words';
import { Entry, known, Param, useSchema, words } from '../schema';
import { Table, Xlsx } from '../sheet';
import { Input, siteName, useChoices } from './input';

// Codes stand as words in the fields: their numbers are left out of the sentence.
const about = (e: Entry) => e.about.replace(/（\d+）| \(\d+\)/g, '');
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

// What has a page of its own is found there.
const OWN: { [command: string]: string } = {
	'rollcall': 'roll', 'attendance.correct': 'roll', 'pupil.walk_in': 'roll', 'handover.record': 'hand', 'leave.group': 'leave', 'leave.one': 'leave', 'leave.route': 'leave', 'leave.undo': 'leave', 'late.inform': 'leave', 'late.keep': 'leave', 'session.close': 'leave',
	'incident.report': 'incident/new', 'incident.add': 'incident', 'incident.people': 'incident', 'incident.food': 'incident', 'consent.sheet': 'consent', 'consent.list': 'consent', 'consent.withdraw': 'consent', 'notice.read': 'notices', 'policy.read': 'policy',
	'plan.set': 'week', 'plan.copy': 'week', 'plan.sign': 'week', 'roster.undo': 'pupils/import', 'statement.submit': 'statement', 'statement.sign': 'statement', 'duty.add': 'statement', 'staff.add': 'people', 'staff.pin': 'people', 'staff.end': 'people', 'staff.edit': 'people', 'inbox.keep': 'exchange',
};

export function All() {
	const [s, error] = useSchema();
	const [filter, setFilter] = useState('');
	const phase = usePhase();
	const [more, setMore] = useState(false);
	const own = (e: Entry) => !isHub() && OWN[e.name] && !phase.hides(OWN[e.name]) && OWN[e.name];
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
				{views.length > 0 && <div><h3>{t('看', 'See')}</h3><ul class="links">{views.map(e => <li><a href={'#/' + (e.name === 'plan_week' && !isHub() ? 'week' : 'list/' + e.name)} title={about(e)}>{short(e)}</a></li>)}</ul></div>}
				{commands.length > 0 && <div><h3>{t('记', 'Record')}</h3><ul class="links">{commands.filter((e, i) => !commands.slice(0, i).some(x => own(x) && own(x) === own(e) && short(x) === short(e)))
					.map(e => <li><a href={'#/' + (own(e) || 'form/' + e.name)} title={about(e)}>{short(e)}</a></li>)}</ul></div>}</div></section>;
		})}
	</Page>;
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

export function Form(p: { name: string }) {
	const [s, error] = useSchema();
	const e = s && s.commands.filter(c => c.name === p.name)[0];
	const [v, set] = useState<Row>({});
	const [id, setId] = useState(newRequestId);
	const [failed, setFailed] = useState<Refusal | null>(null);
	const [done, setDone] = useState<Answer | null>(null);
	const [turn, setTurn] = useState(0); // empties what a field keeps for itself
	const [school, setSchool] = useState('');
	const schools = useSchools();
	const of = school || v.of_school || '';
	const { staff, pupils, groups } = useChoices(of, p.name);
	if (!e || !s) return <Page title={t('登记', 'Record')} back="#/all"><Failure error={error} /></Page>;
	const value = (x: Param) => v[x.name] !== undefined ? v[x.name] : x.type === 'd' && !x.optional && !/^due|until/.test(x.name) ? today() : '';
	return <Page title={short(e)} lead={about(e)} back="#/all"><form class="narrow" onSubmit={async event => {
		event.preventDefault();
		const args: Row = {};
		e.params.forEach(x => { if (value(x) !== '') args[x.name] = x.type === 'j' && !/^[[{]/.test(value(x)) ? value(x).replace(/[\s，、]+/g, ',') : value(x); });
		if (school && !e.county) args.school = school;
		setFailed(null);
		setDone(null);
		try {
			setDone(await command(p.name, args, id));
			set({});
			setTurn(turn + 1);
			setId(newRequestId());
		} catch (problem) {
			setFailed(problem as Refusal);
		}
	}}>
		{isHub() && !e.county && <School rows={schools} value={school} set={setSchool} must />}
		{e.params.map(x => <Input key={x.name + turn} param={x} command={p.name} school={of} form={v} value={value(x)} set={n => set({ ...v, [x.name]: n })}
			from={{ people: (staff.rows || []).filter(y => Number(y.active)), pupils: pupils.rows || [], groups: groups.rows || [], schools, schema: s }} />)}
		<Failure error={failed} />
		{done && done.emptied && <Emptied />}
		{done && <Note kind="good"><p>{isHub() ? t('已记在县中心主机上。', "Recorded on the county's machine.") : t('已记在学校主机上。', "Recorded on the school's machine.")}</p></Note>}
		<Button type="submit" kind="main" wide disabled={isHub() && !e.county && !school}>{t('保存', 'Save')}</Button></form></Page>;
}

// An array or object of the database's JSON, in a line.
function inner(v: any): string {
	if (Array.isArray(v)) return v.map(inner).join('；');
	if (v && typeof v === 'object') return Object.keys(v).filter(k => !/^(id|pupil|guardian|collector)$/.test(k) && v[k] !== null && v[k] !== '').map(k => said('', k, v[k]) || String(v[k])).join(' ');
	return v === null ? '' : String(v);
}

// Columns that hold a word of the machine's.
const CODED = /^(what|why|since|side|state|change|part|name|page)$/;

function cell(view: string, column: string, v: any): string {
	if (v === null || v === undefined) return '';
	if (/(^|_)fen$/.test(column) || (/^(cap|before_cap|rate|allocated|spent|county_budget|county_allocated|fen_per_child)$/.test(column))) return (Number(v) / 100).toFixed(2);
	if (column === 'grp') return groupName(Number(v), today());
	if (view === 'inbox' && column === 'table') return word(tables, v);
	if (view === 'inbox' && column === 'field') return label(String(v));
	if (column === 'fields' && view === 'access_log') return String(v).split(' ').map(f => label(f)).join(t('、', ', '));
	if (typeof v === 'number' && /(^|_)at(_ms)?$/.test(column)) return dateOf(v) + ' ' + timeOf(v);
	if (typeof v === 'number' && /_on$/.test(column)) return dateOf(DAYS_2000_MS + v * 86400000);
	if (/^audit_/.test(view) && /^(begins|ends)$/.test(column)) return timeOf(Number(v) * 60000 - 8 * 3600000);
	if (/^(from|until)_md$/.test(column)) return Math.floor(Number(v) / 100) + '-' + Number(v) % 100;
	if (column === 'roles') return String(rolesOf(v));
	const pair = said(view, column, v);
	if (pair !== null) return pair;
	const code = CODED.test(column) && words && (words.codes[column + '.' + v] || words.codes[v]);
	if (code) return code;
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
const NUMBERED = /^(pupil|staff|by_staff|guardian|collector|consent|incident|hazard|inspection|opinion|practice|gift|training|message|request|complaint|route|entry|order_id|transfer|reporter|account_unit|other_pupil)$/;

const SCHOOL = /(^|_)school$|^(central|account_unit)$/;

export function List(p: { name: string }) {
	const [s] = useSchema();
	const e = s && s.views.filter(c => c.name === p.name)[0];
	const [v, set] = useState<Row>({});
	const [school, setSchool] = useState('');
	const schools = useSchools();
	const { staff, pupils, groups } = useChoices(school);
	const sites = useView('sites', school ? { school } : {});
	const params: Row = school ? { school } : {};
	(e ? e.params : []).forEach(x => {
		const given = v[x.name] !== undefined ? v[x.name] : x.optional ? '' : x.type === 'd' ? today() : x.name === 'month' ? today().slice(0, 7).replace('-', '') : x.name === 'slot' ? '2' : '';
		if (given !== '') params[x.name] = given;
	});
	const must = isHub() && !!e && e.ask_school;
	const ready = e && (!must || school) && e.params.every(x => x.optional || params[x.name]);
	const seen = useView(ready ? p.name : null, params);
	if (!e || !s) return <Page title={t('查看', 'See')} back="#/all" />;
	const rows = ready && seen.rows || [];
	return <Page title={short(e)} lead={about(e)} back="#/all" tools={<span class="no-print"><Button onClick={() => window.print()}>{t('打印', 'Print')}</Button>{rows.length > 0 && <> <Xlsx name={short(e)} words=".xlsx" table={() => tableOf(p.name, rows, schools, !!school, sites.rows || [])} /></>}</span>}>
		{(e.params.length > 0 || isHub()) && <div class="narrow no-print">{isHub() && <School rows={schools} value={school} set={setSchool} must={must} />}{e.params.map(x => <Input param={x} command={p.name} school={school} form={v} value={params[x.name] || ''} set={n => set({ ...v, [x.name]: n })} from={{ people: staff.rows || [], pupils: pupils.rows || [], groups: groups.rows || [], schools, schema: s }} />)}</div>}
		{ready ? <Rows seen={seen} empty={t('没有。', 'Nothing.')}>{shown => <Lines table={tableOf(p.name, shown.slice(0, LINES), schools, !!school, sites.rows || [])} of={shown.length} />}</Rows> : <p class="hint">{t('先填上面。', 'Fill in above first.')}</p>}
	</Page>;
}

// one: at the county, a list of one school; sites: their names.
function tableOf(view: string, rows: Row[], schools: Row[], one: boolean, sites: Row[]): Table {
	const many = schools.length > 0;
	const school = (id: any) => (schools.filter(s => String(s.school) === String(id))[0] || { name: id }).name;
	const site = (r: Row, n: any) => {
		const found = sites.filter(s => String(s.site) === String(n) && (!r.school || String(s.school) === String(r.school)))[0];
		return found ? siteName(found) : String(n);
	};
	const titled = rows[0].title !== undefined; // its number says nothing more
	const columns = Object.keys(rows[0]).filter(c => !(titled && (c === 'code' || c === 'indicator')) && !(view === 'plan_week' && c === 'kind') && rows.some(r => r[c] !== null && r[c] !== '') && (c === 'school' ? many && !one : !HIDDEN.test(c)) && !(c === 'site' && sites.length < 2) && !(NUMBERED.test(c) && rows.every(r => r[c] === null || /^\d+$/.test(String(r[c])))));
	const shown = (r: Row, c: string) => view === 'access_log' && c === 'view' ? viewName(r[c]) : many && SCHOOL.test(c) && r[c] ? String(school(r[c])) : c === 'site' && r[c] !== null ? site(r, r[c]) : cell(view, c, r[c]);
	const words = rows.map(r => columns.map(c => shown(r, c)));
	return { columns: columns.map((c, i) => ({ title: label(c, view), number: rows.some(r => typeof r[c] === 'number') && words.every(w => /^-?[\d.]*$/.test(w[i])) })), rows: words };
}

const viewName = (name: string) => {
	if (name === 'timeline') return t('谁改过什么', 'Who changed what');
	const e = (known ? known.views : []).filter(x => x.name === name)[0];
	return e ? short(e) : name;
};

const LINES = 1000; // on a page; the file has all

function Lines(p: { table: Table; of: number }) {
	const kind = p.table.columns.map(c => c.number ? 'number' : '');
	return <div>{p.of > LINES && <Note kind="care"><p>{t('共 ' + p.of + ' 行，这里只显示前 ' + LINES + ' 行；.xlsx 里是全部。', p.of + ' lines; the first ' + LINES + ' are shown here, all are in the .xlsx.')}</p></Note>}
		<div class="scroll" tabIndex={0} role="region" aria-label={t('表', 'Table')}><table class="table"><thead><tr>{p.table.columns.map((c, i) => <th class={kind[i]}>{c.title}</th>)}</tr></thead>
			<tbody>{p.table.rows.map(r => <tr>{r.map((word, i) => <td class={kind[i]}><Name>{word}</Name></td>)}</tr>)}</tbody></table></div></div>;
}
