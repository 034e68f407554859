import { useState } from 'preact/hooks';
import { command, post, Refusal, Row, upload } from '../api';
import { refreshMe, refreshStatus, signIn, useWorld, world } from '../state';
import { now_ms, timeOf, today } from '../time';
import { Button, Check, Choice, Failure, Field, Note, Page } from '../ui';
import { getLang, Lang, setLang, siteClass, siteKind, t } from '../words';
import { CodeForm } from './code';
import { Importing } from './import';
import { ClockNote } from './machine';
import { keep, kept, RecoverySheet } from './recovery';

const STEPS = 6;
// From the county's invitation to the first class list, without a network.
export function Setup() {
	const { status, me } = useWorld();
	const [step, setStep] = useState(status && !status.setup && me && (me.first || me.invitation) ? 4 : 1);
	const [file, setFile] = useState<File | null>(null);
	const [found, setFound] = useState<Row | null>(null);
	const [points, setPoints] = useState('');
	const [spoken, speak] = useState(false); // the invitation is read over the telephone
	const [error, setError] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
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
	const established = async (answer: Row) => {
		keep(answer.recovery);
		await refreshStatus();
		await refreshMe();
	};
	const establish = () => tryTo(async () => {
		if (!spoken) await established(await upload('setup/school', file!));
		const names = points.split('\n').map(n => n.trim()).filter(Boolean);
		for (let i = 0; i < names.length; i++) await command('site.add', { site: i + 1, name: names[i], class: 220, kind: 4 });
		setStep(4);
	});
	const titles = ['', t('语言和时钟', 'Language and clock'), t('县里的邀请', "The county's invitation"), t('核对学校和校点', 'Is this your school?'), t('校长、PIN 码和恢复码', 'The head, a PIN, the recovery sheet'), t('保护孩子的资料', "The children's data"), t('花名册', 'The class list')];
	return <Page title={t('设置 第 ' + step + ' 步，共 ' + STEPS + ' 步', 'Set-up: step ' + step + ' of ' + STEPS)} lead={titles[step]} bare={step === 4}>
		<div class={step === 6 ? '' : 'narrow'}>
			<Failure error={error} />
			{step === 1 && <div>
				<Choice label={t('语言', 'Language')} value={getLang()} onChange={v => { setLang(v as Lang); location.reload(); }} options={[['zh', '中文'], ['en', 'English']]} />
				{navigator.language && navigator.language.slice(0, 2) !== getLang() && <p class="hint">{t('这个浏览器的语言是 ', 'The language of this browser is ')}{navigator.language}</p>}
				<p class="big-number"><strong>{today()} {timeOf(now_ms())}</strong></p>
				<ClockNote />
				<Button kind="main" wide onClick={() => setStep(2)}>{t('时间对，下一步', 'The time is right: next')}</Button></div>}
			{step === 2 && spoken && <CodeForm busy={busy} onFile={() => speak(false)} onDone={(hub, code) => tryTo(async () => {
				const answer = await post('setup/code', { hub, code }, false);
				await established(answer);
				setFound(answer);
				setStep(3);
			})} />}
			{step === 2 && !spoken && <form onSubmit={e => {
				e.preventDefault();
				tryTo(async () => {
					setFound(await upload('setup/inspect', file!));
					setStep(3);
				});
			}}>
				<p>{t('县中心给每所学校一个邀请文件（以 .KHI 结尾），在U盘上或当面交给您。它只能用一次，请保管好。', 'The county gives each school one invitation (its name ends in .KHI). It works once: keep it safe.')}</p>
				<div class="field"><label for="invite">{t('选择邀请文件', 'Choose the invitation')}</label><input id="invite" type="file" onChange={(e: any) => setFile(e.currentTarget.files[0] || null)} /></div>
				<div class="stack"><Button type="submit" kind="main" wide busy={busy} disabled={!file}>{t('下一步', 'Next')}</Button>
					<Button wide onClick={() => speak(true)}>{t('没有文件：县里在电话里念邀请码', 'No file: the county reads a code over the telephone')}</Button></div></form>}
			{step === 3 && found && <div>
				<dl class="facts-list"><dt>{t('县（市、区）', 'County')}</dt><dd>{found.county_name}{found.county ? '（' + found.county + '）' : ''}</dd><dt>{t('学校', 'School')}</dt><dd><strong>{found.school_name}</strong></dd><dt>{t('学校标识码', 'School number')}</dt><dd>{found.school}</dd>
					{found.class ? <dt>{t('城乡分类', 'Class')}</dt> : null}{found.class ? <dd>{siteClass(found.class)}（{found.class}）</dd> : null}
					{found.kind ? <dt>{t('类别', 'Kind')}</dt> : null}{found.kind ? <dd>{siteKind(found.kind)}</dd> : null}</dl>
				{found.valid === false && <Note kind="care"><p>{t('这份邀请不能用了，请向县中心要新的。', 'This invitation is no longer valid: ask the county for a new one.')}</p></Note>}
				<Field label={t('还带教学点？一行写一个名称', 'Teaching points, one a line')} value={points} onInput={setPoints} area hint={t('没有就空着，以后也能在“设置”里加。', 'None: leave it empty; they can be added later.')} />
				{spoken && <Note kind="good"><p>{t('主机已经建立。如果上面不是您的学校，请停下，马上打电话告诉县中心。', 'The machine is set up. If this is not your school, stop and call the county at once.')}</p></Note>}
				<div class="stack"><Button kind="main" wide busy={busy} disabled={found.valid === false} onClick={establish}>{spoken ? t('是我们学校，下一步', 'Yes, it is our school: next') : t('是我们学校，建立', 'Yes, set it up')}</Button>
					{!spoken && <Button wide onClick={() => setStep(2)}>{t('不是，重新选文件', 'No, choose another file')}</Button>}</div></div>}
			{step === 4 && me && me.invitation && spoken && <div><p>{t('主机已经建立，还没有校长。请县里另念一个邀请码，证明是本校。', 'The machine is set up and has no head yet. Have the county read another code, to show that it is your school.')}</p>
				<CodeForm busy={busy} onFile={() => speak(false)} onDone={(hub, code) => tryTo(async () => {
					await post('setup/code', { hub, code }, false);
					await refreshMe();
				})} /></div>}
			{step === 4 && me && me.invitation && !spoken && <form onSubmit={e => {
				e.preventDefault();
				tryTo(async () => {
					await upload('setup/first', file!);
					await refreshMe();
				});
			}}><p>{t('主机已经建立，还没有校长。请再选一次县里的邀请文件，证明是本校。', 'The machine is set up and has no head yet. Choose the invitation once more, to show that it is your school.')}</p>
				<div class="field"><label for="again">{t('选择邀请文件', 'Choose the invitation')}</label><input id="again" type="file" onChange={(e: any) => setFile(e.currentTarget.files[0] || null)} /></div>
				<div class="stack"><Button type="submit" kind="main" wide busy={busy} disabled={!file}>{t('下一步', 'Next')}</Button>
					<Button wide onClick={() => speak(true)}>{t('没有文件：县里在电话里念邀请码', 'No file: the county reads a code over the telephone')}</Button></div></form>}
			{step === 4 && !(me && me.invitation) && <Head busy={busy} onDone={(name, pin) => tryTo(async () => {
				await command('staff.add', { name, roles: 'head,teacher', pin });
				await signIn(name, pin);
				keep('');
				setStep(5);
			})} />}
			{step === 5 && <Duty onDone={() => setStep(6)} />}
			{step === 6 && <Importing done={<Finish />} later={<p><Button kind="quiet" onClick={() => finish('#/today')}>{t('以后再导入', 'Later')}</Button></p>} />}
		</div>
	</Page>;
}

async function finish(hash: string): Promise<void> {
	world.settingUp = false;
	await refreshStatus();
	await refreshMe();
	location.hash = hash;
}

function Finish() {
	return <div><h2>{t('设置好了。接下来：', 'Set up. What comes next:')}</h2><ol class="steps">
		<li>{t('登记教职工，每人自己输 PIN 码。', 'Enter the staff; everybody types their own PIN.')}</li>
		<li>{t('向县里上报一次，把答复读回来：方案和告知书就到了。', 'Report to the county once and read its answer: plan and consent notice arrive with it.')}</li>
		<li>{t('打印家长选择表，签回来后逐个登记。', 'Print the consent forms, and tick them when they are back.')}</li></ol>
		<div class="stack narrow"><Button kind="main" wide onClick={() => finish('#/people')}>{t('去登记教职工', 'Enter the staff')}</Button><Button wide onClick={() => finish('#/today')}>{t('去今日', 'To today')}</Button></div></div>;
}

function Head(p: { busy: boolean; onDone: (name: string, pin: string) => void }) {
	const [name, setName] = useState('');
	const [pin, setPin] = useState('');
	const [again, setAgain] = useState('');
	const [printed, setPrinted] = useState(false);
	const recovery = kept();
	return <form onSubmit={e => {
		e.preventDefault();
		p.onDone(name.trim(), pin);
	}}>
		<div class="no-print">
			<Field label={t('校长（负责人）姓名', "The head's name")} value={name} onInput={setName} required autofocus autocomplete="name" />
			<Field label={t('PIN 码，至少 4 位', 'PIN, 4 digits or more')} type="password" mode="numeric" value={pin} onInput={setPin} required autocomplete="new-password" hint={t('不要用 1234、生日、电话。', 'Not 1234, a birthday or a telephone number.')} />
			<Field label={t('再输一次', 'Once more')} type="password" mode="numeric" value={again} onInput={setAgain} required autocomplete="new-password" />
			{again && again !== pin && <Note kind="care"><p>{t('两次不一样。', 'They differ.')}</p></Note>}
		</div>
		{!recovery && <Note><p>{t('恢复码只在建立主机的那个浏览器里显示一次。没有抄下的，请告诉县中心。', 'The recovery code was shown once, in the browser that set the machine up. If nobody copied it, tell the county.')}</p></Note>}
		{recovery && <RecoverySheet text={recovery} onPaper={setPrinted} />}
		<div class="no-print"><Button type="submit" kind="main" wide busy={p.busy} disabled={!name.trim() || pin.length < 4 || pin !== again || (!!recovery && !printed)}>{t('下一步', 'Next')}</Button></div></form>;
}

function Duty(p: { onDone: () => void }) {
	const [read, setRead] = useState(false);
	return <div>
		<ul class="steps"><li>{t('孩子的住址、健康、家长电话只有本校能看，县里看不到。', 'Addresses, health and telephone numbers are read in this school only, not by the county.')}</li>
			<li>{t('每人用自己的 PIN 码，离开时换人或退出。', 'Everybody uses their own PIN, and signs out.')}</li>
			<li>{t('家长可以查看、更正、要求删除孩子的资料，15 天内答复。', 'A guardian may see, correct and have erased what is kept of the child; answered within 15 days.')}</li>
			<li>{t('家长不同意保存资料的，用纸记，孩子照样参加。', 'Where a guardian refuses data, paper is used; the child takes part all the same.')}</li>
			<li>{t('纸质名单用完锁好或粉碎。', 'Lock away or shred paper lists.')}</li></ul>
		<Check label={t('我已阅读，学校负责做到', 'I have read this; the school answers for it')} checked={read} onChange={setRead} />
		<Button kind="main" wide disabled={!read} onClick={p.onDone}>{t('下一步', 'Next')}</Button></div>;
}
