import { useState } from 'preact/hooks';
import { command, newRequestId, post, Refusal, Row, upload } from '../api';
import { groupName, matches } from '../day';
import { can, refreshStatus, useView } from '../state';
import { today } from '../time';
import { Button, Failure, Field, Name, Note, Page, Rows, Select, Sheet } from '../ui';
import { label, options, relationName, relations, t, wayName, ways } from '../words';

export function Pupils() {
	const seen = useView('pupils');
	const [filter, setFilter] = useState('');
	const [grp, setGrp] = useState('');
	const groups = (seen.rows || []).map(r => Number(r.grp)).filter((g, i, all) => g && all.indexOf(g) === i);
	return <Page title={t('学生', 'Children')} tools={can('head', 'teacher') && <span class="no-print"><a class="button plain" href="#/pupils/import">{t('导入花名册', 'Import the class list')}</a></span>}>
		<div class="pair"><Field label={t('找', 'Find')} value={filter} onInput={setFilter} type="search" />
			<Select label={t('班级', 'Class')} value={grp} onChange={setGrp} none={t('全部', 'All')} options={groups.map(g => [String(g), groupName(g, today())] as [string, string])} /></div>
		<Rows seen={seen} empty={t('还没有学生。请导入花名册。', 'No children yet. Import the class list.')}>{rows => {
			const found = rows.filter(r => matches(r.name, filter, r.initials) && (!grp || String(r.grp) === grp));
			return <div><p class="quiet">{t('共 ' + found.length + ' 人', found.length + ' children')}</p>
				<ul class="children">{found.slice(0, 300).map(r => <li><a class="child two-lines" href={'#/pupils/' + r.pupil}><span class="child-name"><Name>{r.name}</Name></span>
					<span class="child-state quiet">{groupName(Number(r.grp), today())}{Number(r.consent) ? '' : t(' 无同意书', ' no consent')}</span></a></li>)}</ul></div>;
		}}</Rows>
		{can('head') && <p><a class="button quiet" href="/api/v1/roster/export.xlsx">{t('导出花名册 .xlsx', 'Export .xlsx')}</a> <a class="button quiet" href="#/form/pupil.add">{t('登记一个孩子', 'Add one child')}</a></p>}
	</Page>;
}

const list = (json: any): any[] => {
	try {
		return JSON.parse(json || '[]');
	} catch (e) {
		return [];
	}
};

export function Pupil(p: { id: string }) {
	const seen = useView('pupil', { pupil: p.id });
	const consents = useView('consents', { pupil: p.id });
	const usual = useView('ways', { pupil: p.id });
	const [form, setForm] = useState<'' | 'edit' | 'guardian' | 'collector' | 'way' | 'private'>('');
	const close = () => {
		setForm('');
		seen.reload();
		usual.reload();
	};
	return <Page title={seen.rows && seen.rows[0] ? seen.rows[0].name : t('学生', 'Child')} back="#/pupils">
		<Rows seen={seen} empty={t('没有这个孩子。', 'There is no such child.')}>{([r]) => <div class="two">
			<section class="card"><h2>{t('基本情况', 'The child')}</h2><dl class="facts-list">
				<dt>{label('name')}</dt><dd><Name>{r.name}</Name></dd><dt>{t('班级', 'Class')}</dt><dd>{t(r.grade + '年级' + r.class + '班', 'Grade ' + r.grade + ' class ' + r.class)}</dd>
				<dt>{label('sex')}</dt><dd>{({ 1: t('男', 'male'), 2: t('女', 'female') } as any)[r.sex] || t('未填', 'not said')}</dd><dt>{label('birth')}</dt><dd>{r.birth || '—'}</dd>
				<dt>{label('student_no')}</dt><dd>{r.student_no || '—'}</dd><dt>{label('address')}</dt><dd>{r.address || '—'}</dd><dt>{label('health')}</dt><dd>{r.health || '—'}</dd></dl>
				{can('teacher', 'head') && <p><Button onClick={() => setForm('edit')}>{t('更正', 'Correct')}</Button> <Button onClick={() => setForm('private')}>{t('住址、健康', 'Address, health')}</Button></p>}</section>
			<section class="card"><h2>{t('谁可以接', 'Who may collect')}</h2><ul class="log">
				{list(r.guardians).map(g => <li class="item"><p><strong><Name>{g.name}</Name></strong>（{relationName(g.relation)}）{t('监护人', 'guardian')}</p>{g.phone && <p><a href={'tel:' + g.phone}>{g.phone}</a></p>}</li>)}
				{list(r.collectors).map(g => <li class="item"><p><strong><Name>{g.name}</Name></strong> {t('接送人', 'collector')}</p>{g.phone && <p><a href={'tel:' + g.phone}>{g.phone}</a></p>}</li>)}</ul>
				{can('teacher', 'head') && <p><Button onClick={() => setForm('guardian')}>{t('＋ 监护人', '＋ Guardian')}</Button> <Button onClick={() => setForm('collector')}>{t('＋ 接送人', '＋ Collector')}</Button></p>}</section>
			<section class="card"><h2>{t('平时怎样回家', 'Usual way home')}</h2>
				<ul>{(usual.rows || []).map(w => <li>{Number(w.weekday) ? t('周' + '一二三四五六日'[Number(w.weekday) - 1], ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][Number(w.weekday) - 1]) : t('每天', 'Every day')}：{wayName(w.how)}</li>)}</ul>
				{can('teacher', 'head') && <Button onClick={() => setForm('way')}>{t('设置', 'Set')}</Button>}</section>
			<section class="card"><h2>{t('同意书', 'Consent')}</h2><Rows seen={consents} empty={t('还没有。孩子照样可以来，同意书要补。', 'None yet. The child may stay; the consent is to follow.')}>{rows => <ul class="log">{rows.map(c => <li class="item"><p>{c.given_on} <Name>{c.guardian}</Name> {Number(c.choice) ? t('同意参加', 'agreed') : t('不参加', 'declined')}（{t('告知书第 ' + c.notice + ' 版', 'notice ' + c.notice)}）</p>{c.withdrawn_on && <p>{t('已退出：', 'Withdrawn: ')}{c.withdrawn_on}</p>}</li>)}</ul>}</Rows></section>
			{form && <Forms kind={form} row={r} onClose={close} />}
		</div>}</Rows>
	</Page>;
}

function Forms(p: { kind: 'edit' | 'guardian' | 'collector' | 'way' | 'private'; row: Row; onClose: () => void }) {
	const r = p.row;
	const [v, set] = useState<Row>(p.kind === 'edit' ? { name: r.name, birth: r.birth || '', student_no: r.student_no || '', sex: String(r.sex || 0) }
		: p.kind === 'private' ? { address: r.address || '', health: r.health || '' } : p.kind === 'way' ? { weekday: '0', how: '1' } : { name: '', phone: '', relation: p.kind === 'guardian' ? '0' : '5' });
	const [error, setError] = useState<Refusal | null>(null);
	const name = { edit: 'pupil.edit', guardian: 'guardian.add', collector: 'collector.add', way: 'pupil.way', private: 'pupil.private' }[p.kind];
	const title = { edit: t('更正', 'Correct'), guardian: t('登记监护人', 'Add a guardian'), collector: t('登记接送人', 'Add a collector'), way: t('平时怎样回家', 'Usual way home'), private: t('住址、健康（只有本校能看）', 'Address, health (this school only)') }[p.kind];
	const put = (k: string) => (value: string) => set({ ...v, [k]: value });
	const guardians = list(r.guardians);
	return <Sheet title={title} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		const args: Row = { pupil: r.pupil };
		Object.keys(v).forEach(k => { if (v[k] !== '') args[k] = v[k]; });
		try {
			await command(name, args);
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		{Object.keys(v).filter(k => ['relation', 'sex', 'weekday', 'how', 'asked_by', 'asked_on'].indexOf(k) < 0).map(k => <Field label={label(k)} value={v[k]} onInput={put(k)} required={k === 'name'} />)}
		{'relation' in v && <Select label={label('relation')} value={v.relation} onChange={put('relation')} options={options(relations)} />}
		{'sex' in v && <Select label={label('sex')} value={v.sex} onChange={put('sex')} options={[['1', t('男', 'male')], ['2', t('女', 'female')], ['0', t('未填', 'not said')]]} />}
		{'weekday' in v && <Select label={label('weekday')} value={v.weekday} onChange={put('weekday')} options={[['0', t('每天', 'Every day')], ...[1, 2, 3, 4, 5].map(n => [String(n), t('周' + '一二三四五'[n - 1], ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'][n - 1])] as [string, string])]} />}
		{'how' in v && <Select label={label('how')} value={v.how} onChange={put('how')} options={options(ways)} />}
		{v.how === '4' && <div><p class="hint">{t('自行回家要有监护人的书面申请。', 'Walking alone needs the written request of a guardian.')}</p>
			<Select label={t('哪位监护人申请', 'Who asked')} value={v.asked_by || ''} onChange={put('asked_by')} none={t('请选择', 'Choose')} options={guardians.map(g => [g.guardian, g.name] as [string, string])} />
			<Field label={t('申请日期', 'Asked on')} type="date" value={v.asked_on || ''} onInput={put('asked_on')} required /></div>}
		<Failure error={error} /><Button type="submit" kind="main" wide>{t('保存', 'Save')}</Button></form></Sheet>;
}

const ROW_STATE: { [k: string]: () => string } = {
	new: () => t('新增', 'new'), changed: () => t('有变动', 'changed'), unchanged: () => t('没有变', 'unchanged'), doubtful: () => t('请核对', 'doubtful'), refused: () => t('不能导入', 'refused'), rejected: () => t('不能导入', 'refused'),
};
const FIELDS: { [k: string]: () => string } = {
	name: () => t('姓名', 'name'), sex: () => t('性别', 'sex'), student_no: () => t('学籍号', 'student number'), birth: () => t('出生日期', 'birth'), class: () => t('班级', 'class'), grade: () => t('年级', 'grade'), guardian: () => t('监护人', 'guardian'), phone: () => t('电话', 'telephone'), address: () => t('住址', 'address'), remark: () => t('备注', 'remark'), relation: () => t('关系', 'relation'), ignored: () => t('不用', 'not used'),
};

// Upload, what was found, preview with reasons, confirm. Nothing is written before the last step.
export function Import() {
	const [file, setFile] = useState<File | null>(null);
	const year = Number(today().slice(0, 4)) - (today().slice(5) < '08-01' ? 1 : 0);
	const [schoolYear, setYear] = useState(String(year));
	const [plan, setPlan] = useState<Row | null>(null);
	const [done, setDone] = useState<Row | null>(null);
	const [show, setShow] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const [id] = useState(newRequestId);
	const tryTo = async (work: () => Promise<void>) => {
		setBusy(true);
		setError(null);
		try {
			await work();
		} catch (e) {
			setError(e as Refusal);
		}
		setBusy(false);
	};
	if (done) return <Page title={t('花名册已导入', 'The class list is imported')}>
		<Note kind="good"><p>{t('已保存在学校主机：', "Saved on the school's machine: ")}{Object.keys(done.counts).filter(k => done.counts[k]).map(k => (ROW_STATE[k] ? ROW_STATE[k]() : k) + ' ' + done.counts[k]).join(t('，', ', '))}</p></Note>
		<p>{t('花名册只是名单，不是同意书。下一步：登记家长的选择。', 'A class list is no consent. Next: record what the guardians chose.')}</p>
		<p><a class="button main" href="#/consent">{t('去同意书', 'To the consents')}</a> <a class="button plain" href="#/pupils">{t('看学生', 'See the children')}</a></p></Page>;
	const bad = plan ? plan.rows.filter((r: Row) => r.state === 'refused' || r.state === 'rejected' || r.state === 'doubtful') : [];
	return <Page title={t('导入花名册', 'Import the class list')} back="#/pupils">
		<Failure error={error} />
		{!plan && <form class="narrow" onSubmit={e => {
			e.preventDefault();
			tryTo(async () => setPlan(await upload('roster/plan?name=' + encodeURIComponent(file!.name) + '&year=' + schoolYear, file!)));
		}}>
			<p>{t('直接用 Excel 或 WPS 里的花名册（.xlsx、.xls、.csv）。表头要有“姓名”；有班级、学籍号、家长、电话更好。', 'Use your list as it is (.xlsx, .xls, .csv). It needs a heading 姓名; class, student number, guardian, telephone help.')}</p>
			<Select label={t('学年', 'School year')} value={schoolYear} onChange={setYear} options={[year - 1, year, year + 1].map(y => [String(y), y + '–' + (y + 1)] as [string, string])} />
			<div class="field"><label for="roster">{t('选择文件', 'Choose the file')}</label><input id="roster" type="file" accept=".xlsx,.xls,.csv" onChange={(e: any) => setFile(e.currentTarget.files[0] || null)} /></div>
			<Button type="submit" kind="main" wide busy={busy} disabled={!file}>{t('先看一看（不写入）', 'Look first (nothing is written)')}</Button>
			<p><a href="/api/v1/roster/template.xlsx">{t('下载空白表', 'Download an empty list')}</a></p></form>}
		{plan && <div>
			<h2>{t('认出的列', 'Columns found')}</h2><p>{plan.columns.map((c: Row) => <span class="chip">{c.header}{c.field && c.header !== c.field ? ' → ' + (FIELDS[c.field] ? FIELDS[c.field]() : label(c.field)) : ''}</span>)}</p>
			<div class="choice many" role="group" aria-label={t('筛选', 'Filter')}>{Object.keys(plan.counts).map(k => <button type="button" aria-pressed={show === k} onClick={() => setShow(show === k ? '' : k)}>{ROW_STATE[k] ? ROW_STATE[k]() : k} {plan.counts[k]}</button>)}</div>
			{bad.length > 0 && <Note kind="care"><p>{t('有 ' + bad.length + ' 行要看一下，原因写在右边。其余的可以先导入，改好表格再导一次，不会重复。', bad.length + ' rows need a look. The others may be imported now; import again after mending, nothing doubles.')}</p></Note>}
			<div class="scroll" tabIndex={0} role="region" aria-label={t('预览', 'Preview')}><table class="table"><thead><tr><th>{t('行', 'Row')}</th><th>{label('name')}</th><th>{label('state')}</th><th>{label('reason')}</th></tr></thead>
				<tbody>{plan.rows.filter((r: Row) => !show || r.state === show).slice(0, 500).map((r: Row) => <tr class={'row-' + r.state}><td>{r.row}</td><td><Name>{r.name}</Name></td><td>{ROW_STATE[r.state] ? ROW_STATE[r.state]() : r.state}</td><td>{r.column && <strong>{r.column} </strong>}{r.reason}</td></tr>)}</tbody></table></div>
			<div class="foot"><Button kind="main" busy={busy} onClick={() => tryTo(async () => {
				setDone(await post('roster/import', { token: plan.token, request_id: id }));
				refreshStatus();
			})}>{t('确认导入', 'Import')}</Button> <Button onClick={() => setPlan(null)}>{t('换文件', 'Another file')}</Button></div></div>}
	</Page>;
}
