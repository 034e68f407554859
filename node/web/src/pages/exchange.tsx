import { useEffect, useState } from 'preact/hooks';
import { command, get, post, Refusal, request, Row, upload } from '../api';
import { can, isHub, refreshStatus, useView, useWorld } from '../state';
import { whenMs, whenS } from '../time';
import { Button, Failure, Name, Note, Page } from '../ui';
import { bytes, save } from '../files';
import { label, tables } from '../labels';
import { useWords } from '../schema';
import { Pairs, stateName, t, word } from '../words';

const when = (s: number) => s ? whenS(s) : t('从未', 'never');
const failed = (s: number) => <span class="quiet">{t('，上次失败 ', ', last failed ')}{when(s)}</span>;

// What the host told, or its refusal; one action at a time.
function useAction(): [string, Row | null, Refusal | null, (name: string, work: () => Promise<Row>) => Promise<void>] {
	const [busy, setBusy] = useState('');
	const [done, setDone] = useState<Row | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	const run = async (name: string, work: () => Promise<Row>) => {
		setBusy(name);
		setDone(null);
		setError(null);
		try {
			setDone({ ...(await work()), action: name });
		} catch (e) {
			setError(e as Refusal);
		}
		setBusy('');
		refreshStatus();
	};
	return [busy, done, error, run];
}

export function Exchange() {
	const { status } = useWorld();
	const [busy, done, error, run] = useAction();
	useEffect(() => {
		refreshStatus();
		const timer = setInterval(() => { if (!document.hidden) refreshStatus(); }, 5000);
		return () => clearInterval(timer);
	}, []);
	if (!status) return <Page title={t('上报与U盘', 'Exchange')}><p class="quiet">{t('正在读取…', 'Reading…')}</p></Page>;
	const s = status;
	const may = can('teacher', 'head', 'clerk', 'lead'); // whoever carries
	return <Page title={isHub() ? t('收发', 'Exchange') : t('上报与U盘', 'Exchange')}>
		{(s.notes || []).map((n: Row) => <Note kind={/vok|fus/.test(n.code) ? 'risk' : 'care'}><p>{n.message}</p></Note>)}
		{can('teacher', 'head', 'clerk') && <Conflicts />}
		{!isHub() && <div class="two">
			<section class="card"><h2>{t('学校 → 县中心', 'School → county')}</h2>
				<p class="fact-line"><strong>{s.waiting}</strong> {t('条待上报', 'waiting')}</p>
				{Number(s.others_waiting) > 0 && <p>{t('另有本校其他机器的 ' + s.others_waiting + ' 条在这里，县里还没有确认', s.others_waiting + ' of the school\'s other machines are here and not confirmed')}</p>}
				{Number(s.stored_only) > 0 && <p>{t('另有 ' + s.stored_only + ' 条县里已收到，待处理', s.stored_only + ' received by the county, to be processed')}</p>}
				<p>{s.confirmed_s ? t('县中心已确认至 ', 'Confirmed by the county to ') + whenS(s.confirmed_s) : t('县中心尚未确认任何记录', 'Nothing is confirmed by the county yet')}</p>
				<p class="quiet">{t('上次写出：', 'Last written: ')}{when(s.last_export_s)}</p></section>
			<section class="card"><h2>{t('县中心 → 学校', 'County → school')}</h2>
				<p class="fact-line">{t('回执时间：', 'Receipt of ')}<strong>{when(s.receipt_s)}</strong></p>
				<p>{s.certified ? t('学校已在县里登记', 'Enrolled with the county') : t('县里还没有登记这台主机：先上报一次，再带回县里的答复', 'Not enrolled yet: report once, then bring the answer back')}</p>
				<p class="quiet">{t('县里的登记表：第 ' + s.roster + ' 版；上次读入：', 'Roster ' + s.roster + '; last read: ')}{when(s.last_import_s)}</p></section>
		</div>}
		{Number(s.held) > 0 && <Held />}
		<Failure error={error} />
		{done && <Done done={done} />}
		{s.network.url && <section class="card"><h2>{t('走网络', 'By network')}</h2>
			<p>{t('发往县里：上次发完 ', 'To the county: last sent ')}{when(s.network.out_success_s)}{failed(s.network.out_failure_s)}</p>
			<p>{t('从县里收：上次收完 ', 'From the county: last received ')}{when(s.network.in_success_s)}{failed(s.network.in_failure_s)}</p>
			{may && <Button kind="main" busy={busy === 'now'} onClick={() => run('now', () => post('exchange/now'))}>{t('现在上报', 'Exchange now')}</Button>}</section>}
		{may && <Sticks sticks={s.sticks || []} busy={busy} run={run} />}
		{may && <Browser busy={busy} run={run} />}
		<History tick={done} />
	</Page>;
}

const WAITS: Pairs = {
	EARLY: ['还缺前面的一份，到了就自动处理；不用做什么', 'an earlier piece is missing; taken by itself once it is here'],
	UNCERTIFIED: ['发来的主机县里还没有登记，等县里的名册', 'its machine is not enrolled yet; waits for the county’s roster'],
	UNKNOWN_SCHEMA: ['对方的程序更新，这台主机升级后自动处理', 'written by a newer program; taken after this machine is upgraded'],
	RIGHTS: ['写的人没有这个权限，等县里决定', 'its writer had no right; the county decides'],
	FORK: ['有一台主机的数据被复制过，县里会来联系', 'a machine was copied; the county will call'],
	REVOKED: ['发来的主机已作废', 'its machine was revoked'],
};

// What is held, in plain words: each lies safe here until what it waits for has come.
function Held() {
	const [counts, set] = useState<Row>({});
	useEffect(() => { get('held').then(a => set(a.counts), () => set({})); }, []);
	return <Note kind="info"><p>{t('收到的内容里，有几份先放着，没有丢：', 'Some of what came is kept aside; nothing is lost:')}</p>
		<ul>{Object.keys(counts).map(why => <li>{t(counts[why] + ' 份：', counts[why] + ': ')}{word(WAITS, why)}</li>)}</ul></Note>;
}

function Done(p: { done: Row }) {
	const d = p.done;
	if (d.action === 'now') return <Note><p>{t('已开始上报，结果看下面的记录。', 'Started; the result is in the history below.')}</p></Note>;
	if (d.action === 'list') return <Note><p>{t('下载了 ' + d.downloaded + ' 个文件。放进U盘的 KEHOU 文件夹；', d.downloaded + ' files downloaded. Put them into the folder KEHOU of the stick; ')}{isHub() ? t('学校的回执带回来之前，不算送到。', 'nothing has arrived before the receipts of the schools are read.')
		: t('县里的答复读回来之前，不算上报成功。', 'nothing is confirmed before the answer of the county is read.')}</p></Note>;
	if (d.safe_to_remove) return <Note kind="good"><p><strong>{t('写好并核对过了，可以拔出U盘。', 'Written and read back: you may pull the stick out.')}</strong></p>
		<p>{d.bundles ? t('包裹 ' + d.bundles + ' 个，' + bytes(d.bytes || 0), d.bundles + ' bundles, ' + bytes(d.bytes || 0)) : t('U盘上的已是最新。', 'What is on the stick is up to date.')}</p></Note>;
	if (d.files) return <Note kind={d.bad ? 'care' : 'good'}><p>{t('读入 ' + d.files + ' 个文件：新记录 ' + d.transactions + ' 条', 'Read ' + d.files + ' files: ' + d.transactions + ' new records')}
		{d.known ? t('，早已有 ' + d.known + ' 个', ', ' + d.known + ' known already') : ''}{d.others ? t('，不是给这台主机的 ' + d.others + ' 个', ', ' + d.others + ' for others') : ''}{d.bad ? t('，没有接受 ' + d.bad + ' 个：', ', not taken ' + d.bad + ': ') + d.words : ''}</p></Note>;
	return <Note kind={d.refused ? 'care' : 'good'}><p>{t('读完了：新记录 ' + (d.transactions || 0) + ' 条', 'Read: ' + (d.transactions || 0) + ' new records')}
		{d.known ? t('，早已有的 ' + d.known + ' 个', ', ' + d.known + ' known already') : ''}{d.refused ? t('，没有接受 ' + d.refused + ' 个', ', not taken ' + d.refused) : ''}</p>
		<p>{t('可以拔出U盘。', 'You may pull the stick out.')}</p></Note>;
}

type Run = (name: string, work: () => Promise<Row>) => Promise<void>;

function Sticks(p: { sticks: Row[]; busy: string; run: Run }) {
	return <section class="card"><h2>{t('U盘插在主机上', "A stick in the school's machine")}</h2>
		{p.sticks.length === 0 && <p class="quiet">{t('主机上没有插U盘。插上后这里会出现，不用刷新。', 'No stick there. Plug one in and it appears here.')}</p>}
		{p.sticks.map(s => <div class="stick"><p><strong>{s.label || s.id}</strong> <span class="quiet">{t('剩余 ', 'free ')}{bytes(Number(s.free_bytes))}</span></p>
			{s.message && <Note kind={/full|dam|hos|unr/.test(s.state) ? 'risk' : 'info'}><p>{s.message}</p></Note>}
			{p.busy.indexOf(s.id) >= 0 && <Note kind="care"><p>{t('正在读写，请不要拔U盘。', 'Working: do not pull the stick out.')}</p></Note>}
			<p class="row"><Button kind="main" busy={p.busy === 'export ' + s.id} disabled={!!p.busy} onClick={() => p.run('export ' + s.id, () => post('exchange/stick/' + encodeURIComponent(s.id) + '/export', {}, false))}>{t('写到U盘', 'Write to the stick')}</Button>{' '}
				<Button busy={p.busy === 'import ' + s.id} disabled={!!p.busy} onClick={() => p.run('import ' + s.id, () => post('exchange/stick/' + encodeURIComponent(s.id) + '/import', {}, false))}>{t('从U盘读入', 'Read from the stick')}</Button></p>
		</div>)}
	</section>;
}

async function bringAll(files: File[]): Promise<Row> {
	const sum: Row = { files: 0, transactions: 0, known: 0, others: 0, bad: 0, words: '' };
	for (const f of files) {
		sum.files++;
		try {
			const a = await upload('exchange/file/' + encodeURIComponent(f.name), f);
			sum.transactions += Number(a.transactions) || 0;
			if (a.outcome === 'known') sum.known++;
			if (a.outcome === 'others') sum.others++;
			if (a.outcome === 'refused') {
				sum.bad++;
				sum.words += f.name + ' ' + (a.message || a.code || '') + ' ';
			}
		} catch (e) {
			const error = e as Refusal;
			if (error.later) throw error;
			sum.bad++;
			sum.words += f.name + ' ' + error.message + ' ';
		}
	}
	return sum;
}

function Browser(p: { busy: string; run: Run }) {
	const [files, setFiles] = useState<Row[] | null>(null);
	return <section class="card"><h2>{t('U盘插在这台电脑上', 'A stick in this PC')}</h2>
		<p class="hint">{isHub() ? t('下载的文件放进U盘的 KEHOU 文件夹，带给学校；学校带来的文件在这里上传。', 'Put the downloaded files into the folder KEHOU of the stick, for the schools; upload here what the schools bring.')
			: t('下载的文件放进U盘的 KEHOU 文件夹，带到县里；县里带回的文件在这里上传。', 'Put the downloaded files into the folder KEHOU of the stick; upload here what comes back from the county.')}</p>
		<p class="row"><Button kind="main" busy={p.busy === 'list'} onClick={() => p.run('list', async () => {
			const found = await get('exchange/files');
			setFiles(found.files);
			for (const f of found.files) save(await (await request('GET', 'exchange/file/' + encodeURIComponent(f.name))).blob(), f.name);
			return { downloaded: found.files.length };
		})}>{isHub() ? t('下载要带给学校的文件', 'Download what is for the schools') : t('下载待上报的文件', 'Download what is to be carried')}</Button></p>
		{files && <ul class="log">{files.map(f => <li class="item"><a href={'/api/v1/exchange/file/' + encodeURIComponent(f.name)} download={f.name}>{f.name}</a> <span class="quiet">{bytes(Number(f.bytes))}{f.for && ' → ' + f.for}</span></li>)}
			{files.length === 0 && <li class="quiet">{t('没有要带走的。', 'Nothing to carry.')}</li>}</ul>}
		<div class="field"><label for="bring">{isHub() ? t('上传学校带来的文件（可以一次选多个）', 'Upload what schools brought (several at once)') : t('上传带回的文件（可以一次选多个）', 'Upload what was brought (several at once)')}</label>
			<input id="bring" type="file" multiple onChange={(e: any) => {
				const chosen = Array.from(e.currentTarget.files as FileList);
				const box = e.currentTarget;
				if (chosen.length) p.run('bring', () => bringAll(chosen)).then(() => { box.value = ''; });
			}} /></div>
	</section>;
}

// Which command writes the other value: an ordinary write, which closes the matter everywhere.
function chooseOther(c: Row): [string, Row] | null {
	const key = String(c.keys).split(' ');
	if (c.table === 'pupil' && ['name', 'sex', 'birth', 'student_no', 'same_as'].indexOf(c.field) >= 0) return ['pupil.edit', { pupil: key[1], [c.field]: c.other }];
	if (c.table === 'pupil') return ['pupil.private', { pupil: key[1], [c.field]: c.other }];
	if (c.table === 'attendance' && c.field === 'state') {
		const date = new Date(Date.UTC(2000, 0, 1) + Number(key[1]) * 86400000).toISOString().slice(0, 10);
		return ['attendance.correct', { date, slot: key[2], site: key[3], grp: key[4], pupil: key[5], state: c.other }];
	}
	return null;
}

function Conflicts() {
	const [rows, set] = useState<Row[]>([]);
	const [error, setError] = useState<Refusal | null>(null);
	const pupils = useView(isHub() ? null : 'pupils');
	const [schools, setSchools] = useState<Row[]>([]);
	useWords(rows.length > 0);
	const load = () => get('inbox').then(a => set(a.rows || a), () => set([]));
	useEffect(() => {
		load();
		if (isHub()) get('schools').then(a => setSchools(a.rows), () => setSchools([]));
	}, []);
	if (!rows.length) return null;
	const choose = async (name: string, args: Row) => {
		setError(null);
		try {
			await command(name, args);
		} catch (e) {
			setError(e as Refusal);
		}
		load();
		refreshStatus();
	};
	const about = (c: Row) => {
		const id = String(c.keys).split(' ');
		const child = (pupils.rows || []).filter(x => id.indexOf(String(x.pupil)) > 0)[0];
		const school = schools.filter(x => String(x.school) === id[0])[0];
		return child ? child.name : school ? school.name : '';
	};
	const may = can('teacher', 'head', 'clerk');
	const who = (from: string, by: string) => [by, from].filter(Boolean).join(t('，', ', ')) || t('不知道是谁', 'not known by whom');
	const value = (c: Row, v: any) => c.table === 'attendance' && c.field === 'state' ? stateName(v) : v === '' || v === null ? t('（空）', '(empty)') : String(v);
	return <section class="card" id="conflicts"><h2>{t('两份记录不一致，请选择', 'Two records disagree: please choose')}</h2>
		{!may && <p class="hint">{t('由老师或校长选择。', 'A teacher or the head chooses.')}</p>}
		<Failure error={error} />
		{rows.map(c => {
			const other = chooseOther(c);
			return <div class="conflict"><p><strong><Name>{about(c)}</Name></strong> {word(tables, c.table)} · {label(c.field)}</p>
				<div class="two">
					<div class="side"><p class="value"><Name>{value(c, c.stands)}</Name></p><p class="small"><Name>{who(c.stands_from, c.stands_by)}</Name><br />{c.stands_at ? whenMs(Number(c.stands_at)) : ''}</p>
						{may && <Button kind="main" wide onClick={() => choose('inbox.keep', { id: c.no })}>{t('这份对（现在显示的）', 'This one (shown now)')}</Button>}</div>
					<div class="side"><p class="value"><Name>{value(c, c.other)}</Name></p><p class="small"><Name>{who(c.other_from, c.other_by)}</Name><br />{c.other_at ? whenMs(Number(c.other_at)) : ''}</p>
						{!may ? null : other ? <Button wide onClick={() => choose(other[0], other[1])}>{t('这份对', 'This one')}</Button>
							: <p class="hint">{t('要用这份，请到相应页面改成它。', 'To use this one, enter it on its page.')}</p>}</div>
				</div></div>;
		})}
	</section>;
}

const OUTCOMES: { [k: string]: () => string } = {
	merged: () => t('已接受', 'taken'), known: () => t('早已有', 'known'), partly: () => t('部分接受', 'partly taken'), refused: () => t('没有接受', 'not taken'),
	others: () => t('不是给本机的', 'for others'), kept: () => t('收下转交', 'kept to hand on'), sent: () => t('已发出', 'sent'), ok: () => t('成功', 'done'), failed: () => t('失败', 'failed'), written: () => t('已写出', 'written'),
};
const WAYS: { [k: string]: () => string } = { network: () => t('网络', 'network'), stick: () => t('U盘', 'stick'), browser: () => t('本页', 'this page') };

function History(p: { tick: any }) {
	const [rows, set] = useState<Row[]>([]);
	useEffect(() => { get('exchange/history').then(a => set(a.rows || []), () => set([])); }, [p.tick]);
	if (!rows.length) return null;
	return <section class="card"><h2>{t('记录', 'History')}</h2><div class="scroll" tabIndex={0} role="region" aria-label={t('记录', 'History')}><table class="table"><thead><tr><th>{t('时间', 'When')}</th><th>{t('方向', 'Direction')}</th><th>{t('途径', 'Way')}</th><th class="number">{t('条数', 'Records')}</th><th>{t('结果', 'Result')}</th></tr></thead>
		<tbody>{rows.slice(0, 50).map(r => <tr><td class="whole">{whenMs(Number(r.at_ms))}</td><td>{r.direction === 'out' ? t('送出', 'out') : t('收到', 'in')}</td><td>{WAYS[r.way] ? WAYS[r.way]() : r.way}</td><td class="number">{r.way === 'network' && r.direction === 'out' ? '' : r.transactions}</td><td>{OUTCOMES[r.outcome] ? OUTCOMES[r.outcome]() : r.outcome} {r.words}</td></tr>)}</tbody></table></div></section>;
}
