import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { command, newRequestId, post, Refusal, Row, upload } from '../api';
import { label } from '../labels';
import { useWords } from '../schema';
import { refreshStatus, useView } from '../state';
import { today } from '../time';
import { Button, Failure, Name, Note, Page, Select, Sheet } from '../ui';
import { t } from '../words';

const ROW_STATE: { [k: string]: () => string } = {
	new: () => t('新增', 'new'), changed: () => t('有变动', 'changed'), unchanged: () => t('没有变', 'unchanged'), doubtful: () => t('请核对', 'doubtful'), refused: () => t('不能导入', 'refused'), rejected: () => t('不能导入', 'refused'),
};
const FIELDS: { [k: string]: () => string } = {
	name: () => t('姓名', 'name'), sex: () => t('性别', 'sex'), student_no: () => t('学籍号', 'student number'), birth: () => t('出生日期', 'birth'), class: () => t('班级', 'class'), grade: () => t('年级', 'grade'), guardian: () => t('监护人', 'guardian'), phone: () => t('电话', 'telephone'), address: () => t('住址', 'address'), remark: () => t('备注', 'remark'), relation: () => t('关系', 'relation'), ignored: () => t('不用', 'not used'),
};

export function Import() {
	return <Page title={t('导入花名册', 'Import the class list')} back="#/pupils"><Undo /><Importing done={<p><a class="button main" href="#/consent">{t('去同意书', 'To the consents')}</a> <a class="button plain" href="#/pupils">{t('看学生', 'See the children')}</a></p>} /></Page>;
}

// The last import at this machine, as long as nothing of its children was edited since.
function Undo() {
	const seen = useView('roster_undo');
	const [asking, ask] = useState(false);
	const [done, setDone] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const rows = seen.rows || [];
	const edited = rows.filter(r => Number(r.edited));
	if (done) return <Note kind="good"><p>{t('已撤销，名单和导入前一样。', 'Taken back: the list is as before.')}</p></Note>;
	if (!rows.length) return null;
	const added = rows.filter(r => Number(r.added)).length;
	return <details><summary>{t('撤销上次导入', 'Take the last import back')}</summary>
		<p>{t('上次导入新增 ' + added + ' 人，改动 ' + (rows.length - added) + ' 人。', 'The last import added ' + added + ' and changed ' + (rows.length - added) + '.')}</p>
		{edited.length > 0 ? <Note kind="care"><p>{t('这些孩子之后又有了记录，不能撤销：', 'These were edited or used since, so it cannot be taken back: ')}{edited.slice(0, 10).map(r => <span><Name>{r.name}</Name>　</span>)}{edited.length > 10 && '…'}</p></Note>
			: <Button onClick={() => ask(true)}>{t('撤销', 'Take back')}</Button>}
		<Failure error={error} />
		{asking && <Sheet title={t('撤销上次导入？', 'Take the last import back?')} onClose={() => ask(false)}><p>{t('新增的 ' + added + ' 人会去掉，改动的回到导入前。', added + ' added children go, changed ones are as before.')}</p>
			<Button kind="main" wide onClick={async () => {
				ask(false);
				try {
					await command('roster.undo', {});
					setDone(true);
					refreshStatus();
				} catch (e) {
					setError(e as Refusal);
					seen.reload();
				}
			}}>{t('确定撤销', 'Yes, take it back')}</Button></Sheet>}
	</details>;
}

// Upload, what was found, preview with reasons, confirm. Nothing is written before the last step.
export function Importing(p: { done: ComponentChildren; later?: ComponentChildren }) {
	const [file, setFile] = useState<File | null>(null);
	const year = Number(today().slice(0, 4)) - (today().slice(5) < '08-01' ? 1 : 0);
	const [schoolYear, setYear] = useState(String(year));
	const [plan, setPlan] = useState<Row | null>(null);
	const [done, setDone] = useState<Row | null>(null);
	const [show, setShow] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const [id] = useState(newRequestId);
	useWords();
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
	if (done) return <div><Note kind="good"><p><strong>{t('花名册已导入。', 'The class list is imported.')}</strong> {t('已保存在学校主机：', "Saved on the school's machine: ")}{Object.keys(done.counts).filter(k => done.counts[k]).map(k => (ROW_STATE[k] ? ROW_STATE[k]() : k) + ' ' + done.counts[k]).join(t('，', ', '))}</p></Note>
		<p>{t('花名册只是名单，不是同意书。下一步：登记家长的选择。导错了可以在“导入花名册”里撤销。', 'A class list is no consent. Next: record what the guardians chose. A wrong import can be taken back.')}</p>{p.done}</div>;
	const bad = plan ? plan.rows.filter((r: Row) => r.state === 'refused' || r.state === 'rejected' || r.state === 'doubtful') : [];
	return <div>
		<Failure error={error} />
		{!plan && <form class="narrow" onSubmit={e => {
			e.preventDefault();
			tryTo(async () => setPlan(await upload('roster/plan?name=' + encodeURIComponent(file!.name) + '&year=' + schoolYear, file!)));
		}}>
			<p>{t('直接用 Excel 或 WPS 里的花名册（.xlsx、.xls、.csv）。表头要有“姓名”；有班级、学籍号、家长、电话更好。', 'Use your list as it is (.xlsx, .xls, .csv). It needs a heading 姓名; class, student number, guardian, telephone help.')}</p>
			<Select label={t('学年', 'School year')} value={schoolYear} onChange={setYear} options={[year - 1, year, year + 1].map(y => [String(y), y + '–' + (y + 1)] as [string, string])} />
			<div class="field"><label for="roster">{t('选择文件', 'Choose the file')}</label><input id="roster" type="file" accept=".xlsx,.xls,.csv" onChange={(e: any) => setFile(e.currentTarget.files[0] || null)} /></div>
			<Button type="submit" kind="main" wide busy={busy} disabled={!file}>{t('先看一看（不写入）', 'Look first (nothing is written)')}</Button>
			<p><a class="button quiet" href="/api/v1/roster/template.xlsx">{t('下载空白表', 'Download an empty list')}</a></p></form>}
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
		{p.later}
	</div>;
}
