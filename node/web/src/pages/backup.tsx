import { useEffect, useState } from 'preact/hooks';
import { get, post, Refusal, request, Row } from '../api';
import { can, isHub, refreshStatus, useWorld } from '../state';
import { now_ms, whenMs } from '../time';
import { Button, Failure, Field, Note, Page } from '../ui';
import { bytes, save } from '../files';
import { t } from '../words';
import { keep, kept, RecoverySheet } from './recovery';

const OLD_MS = 31 * 86400000;

// What the browser is given under the name that the machine chose.
async function download(method: string, path: string): Promise<Row> {
	const answer = await request(method, path, method === 'POST' ? {} : undefined, false);
	const name = (/filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') || '') || [])[1] || 'kehou.kha';
	const blob = await answer.blob();
	save(blob, name);
	return { file: name, bytes: blob.size };
}

export function Backup() {
	const { status } = useWorld();
	const [state, set] = useState<Row | null>(null);
	const [busy, setBusy] = useState('');
	const [done, setDone] = useState<Row | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	const [sheet, setSheet] = useState(kept());
	const look = () => get('backup').then(set, setError);
	useEffect(() => {
		look();
		refreshStatus();
		const timer = setInterval(() => { if (!document.hidden) refreshStatus(); }, 5000);
		return () => clearInterval(timer);
	}, []);
	const run = async (name: string, work: () => Promise<Row>) => {
		setBusy(name);
		setDone(null);
		setError(null);
		try {
			setDone(await work());
		} catch (e) {
			setError(e as Refusal);
		}
		setBusy('');
		look();
		refreshStatus();
	};
	if (sheet) return <NewSheet text={sheet} onDone={() => { keep(''); setSheet(''); }} />;
	const last = state && state.last;
	const sticks: Row[] = (status && status.sticks) || [];
	const may = can('head', 'clerk');
	return <Page title={t('备份', 'Backup')} back={isHub() ? '#/more' : '#/machine'}>
		{state && (last ? <Note kind={now_ms() - last.at_ms > OLD_MS ? 'care' : 'good'}><p>{t('上次备份：', 'Last backup: ')}<strong>{whenMs(last.at_ms)}</strong>{t('，', ', ')}{bytes(last.bytes)}{now_ms() - last.at_ms > OLD_MS && t('。已经一个多月了，请再做一份。', '. More than a month ago: make another.')}</p></Note>
			: <Note kind="care"><p>{t('这台主机还没有做过备份。', 'No backup of this machine was made yet.')}</p></Note>)}
		<Failure error={error} />
		{done && <Note kind="good"><p><strong>{done.safe_to_remove ? t('备份已写好并核对过，可以拔出U盘。', 'The backup is written and was read back: you may pull the stick out.') : t('备份已下载到这台电脑。', 'The backup was downloaded to this PC.')}</strong></p>
			<p>{done.file} <span class="quiet">{bytes(done.bytes)}</span></p><p>{t('和恢复码分开放，不要锁在同一个柜子里。', 'Keep it apart from the recovery sheet, not in the same cupboard.')}</p></Note>}
		{may && <div class="two">
			<section class="card"><h2>{t('写到插在主机上的U盘', "To a stick in the school's machine")}</h2>
				{!sticks.length && <p class="quiet">{t('主机上没有插U盘。插上后这里会出现，不用刷新。', 'No stick there. Plug one in and it appears here.')}</p>}
				{sticks.map(s => <div class="stick"><p><strong>{s.label || s.id}</strong> <span class="quiet">{t('剩余 ', 'free ')}{bytes(Number(s.free_bytes))}</span></p>
					{busy === s.id && <Note kind="care"><p>{t('正在写，请不要拔U盘。', 'Working: do not pull the stick out.')}</p></Note>}
					<Button kind="main" busy={busy === s.id} disabled={!!busy} onClick={() => run(s.id, () => post('backup/stick/' + encodeURIComponent(s.id), {}, false))}>{t('备份到U盘', 'Back up to the stick')}</Button></div>)}</section>
			<section class="card"><h2>{t('下载到这台电脑', 'Download to this PC')}</h2>
				<p class="hint">{t('下载后复制到U盘或移动硬盘，放到学校以外的地方。', 'Copy it to a stick or disk afterwards, and keep that away from the school.')}</p>
				<p class="row"><Button kind="main" busy={busy === 'file'} disabled={!!busy} onClick={() => run('file', () => download('POST', 'backup/file'))}>{t('下载备份', 'Download a backup')}</Button></p>
				{state && state.erased && <p class="row"><Button busy={busy === 'erased'} disabled={!!busy} onClick={() => run('erased', () => download('GET', 'backup/erased'))}>{t('下载“已删除名单”', 'Download the list of erased persons')}</Button>
					<span class="hint">{t('只有编号，没有姓名。和以前的备份放在一起：用旧备份恢复时，删掉的孩子不会回来。', 'Numbers, no names. Keep it with the backups of before, so that whom you erased stays erased.')}</span></p>}</section>
		</div>}
		<section class="card"><h2>{t('备份里有什么，谁能打开', 'What it holds, and who can open it')}</h2><ul class="steps">
			<li>{t('整台主机：全部记录、孩子的资料、照片、主机的钥匙、设置。还没上报的也在里面。', 'The whole machine: all records, the children’s data, photographs, its keys, settings; also what was not reported yet.')}</li>
			{isHub() ? <li>{t('加了密，只有县根密钥的副本和它的口令能打开。', 'Sealed: only a copy of the county’s root key with its passphrase opens it.')}</li>
				: <li>{t('加了密，只有这台主机的恢复码（那张纸）能打开；县里打不开，捡到U盘的人也打不开。', "Sealed: only this machine's recovery sheet opens it; not the county, nor who finds the stick.")}</li>}
			{!isHub() && <li>{t('重印恢复码以后：新备份用新纸，以前的备份还用以前那张纸。', 'After a new sheet: new backups open with the new one, earlier ones with the earlier sheet.')}</li>}
			<li>{t('恢复不在网页上做：请县里的技术员在新主机上用命令 ', 'It is brought back by command, not by a page: on the new machine, ')}<code>{isHub() ? 'kehou -D DIR restore FILE --root-copy KEY --passphrase-fd 3' : 'kehou -D DIR restore FILE --recovery-fd 3'}</code></li>
			<li>{t('县里确认过的记录，没有备份也能从县里要回来。', 'What the county has confirmed comes back from there even without a backup.')}</li></ul></section>
		{!isHub() && can('head') && <Reprint onMade={setSheet} />}
	</Page>;
}

function NewSheet(p: { text: string; onDone: () => void }) {
	const [paper, setPaper] = useState(false);
	return <Page title={t('新的恢复码', 'A new recovery sheet')} bare><div class="narrow"><RecoverySheet text={p.text} onPaper={setPaper} />
		<div class="no-print"><p>{t('以前的纸请撕掉；以前做的备份只有它能打开，那份备份要留的话纸也留着。印好后尽快上报一次。', 'Destroy the earlier sheet, unless you keep backups of before: those open with it alone. Report to the county soon.')}</p>
			<Button kind="main" wide disabled={!paper} onClick={p.onDone}>{t('收好了，不再显示', 'It is locked away: show it no more')}</Button></div></div></Page>;
}

// A sheet that was lost, or that somebody has seen: a new one, and the old opens nothing new.
function Reprint(p: { onMade: (text: string) => void }) {
	const [asking, ask] = useState(false);
	const [pin, setPin] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const make = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			const answer = await post('recovery', { pin });
			keep(answer.recovery);
			p.onMade(answer.recovery);
			return;
		} catch (problem) {
			setError(problem as Refusal);
		}
		setPin('');
		setBusy(false);
	};
	return <section class="card"><h2>{t('恢复码丢了，或被人看到了', 'The recovery sheet was lost, or seen')}</h2>
		{!asking ? <div><p>{t('可以重新生成一份恢复码，打印出来。旧的从此打不开新写的记录和新的备份。', 'A new sheet can be made and printed. The old one opens nothing that is written from then on.')}</p>
			<Button onClick={() => ask(true)}>{t('重印恢复码', 'Print a new recovery sheet')}</Button></div>
			: <form class="narrow" onSubmit={make}><Field label={t('校长本人的 PIN 码', "The head's own PIN")} type="password" mode="numeric" value={pin} onInput={setPin} required autofocus autocomplete="current-password" />
				<Failure error={error} /><div class="stack"><Button type="submit" kind="main" wide busy={busy} disabled={!pin}>{t('生成新的恢复码', 'Make a new sheet')}</Button>
					<Button wide onClick={() => ask(false)}>{t('算了', 'Cancel')}</Button></div></form>}
	</section>;
}
