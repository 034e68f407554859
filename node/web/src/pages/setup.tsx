import { useState } from 'preact/hooks';
import { command, Refusal, Row, upload } from '../api';
import { refreshMe, refreshStatus, signIn, useWorld, world } from '../state';
import { clockDifference_ms, now_ms, timeOf, today } from '../time';
import { Button, Check, Choice, Failure, Field, Note, Page } from '../ui';
import { getLang, Lang, setLang, siteClass, t } from '../words';

const STEPS = 6;
const CLOCK_TOLERANCE_MS = 120000;

// From the county's invitation to the first class list, without a network.
export function Setup() {
	const { status, me } = useWorld();
	const [step, setStep] = useState(status && !status.setup && me && me.first ? 5 : 1);
	const [file, setFile] = useState<File | null>(null);
	const [found, setFound] = useState<Row | null>(null);
	const [recovery, setRecovery] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const [, redraw] = useState(0);
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
	const difference = Math.abs(clockDifference_ms());
	const titles = ['', t('语言和时钟', 'Language and clock'), t('县里的邀请文件', "The county's invitation"), t('核对学校', 'Is this your school?'), t('打印恢复码', 'Print the recovery sheet'), t('校长和 PIN 码', 'The head and a PIN'), t('保护孩子的资料', "The children's data")];
	return <Page title={t('设置 第 ' + step + ' 步，共 ' + STEPS + ' 步', 'Set-up: step ' + step + ' of ' + STEPS)} lead={titles[step]}>
		<div class="narrow">
			<Failure error={error} />
			{step === 1 && <div>
				<Choice label={t('语言', 'Language')} value={getLang()} onChange={v => { setLang(v as Lang); redraw(n => n + 1); }} options={[['zh', '中文'], ['en', 'English']]} />
				<p class="big-number"><strong>{today()} {timeOf(now_ms())}</strong></p>
				{difference > CLOCK_TOLERANCE_MS ? <Note kind="care"><p>{t('学校主机的钟和这台设备差 ' + Math.round(difference / 60000) + ' 分钟。看一下手表：上面是主机的时间。不对的话先把主机的钟调准。',
					"The machine's clock differs from this device by " + Math.round(difference / 60000) + ' minutes. Above is the machine’s: compare with a watch, set it first if it is wrong.')}</p></Note>
					: <Note kind="good"><p>{t('主机的钟和这台设备一致。', 'The machine and this device agree on the time.')}</p></Note>}
				<Button kind="main" wide onClick={() => setStep(2)}>{t('时间对，下一步', 'The time is right: next')}</Button></div>}
			{step === 2 && <form onSubmit={e => {
				e.preventDefault();
				tryTo(async () => {
					setFound(await upload('setup/inspect', file!));
					setStep(3);
				});
			}}>
				<p>{t('县中心给每所学校一个邀请文件（以 .KHI 结尾），在U盘上或当面交给您。它只能用一次，请保管好。', 'The county gives each school one invitation (its name ends in .KHI). It works once: keep it safe.')}</p>
				<div class="field"><label for="invite">{t('选择邀请文件', 'Choose the invitation')}</label><input id="invite" type="file" onChange={(e: any) => setFile(e.currentTarget.files[0] || null)} /></div>
				<Button type="submit" kind="main" wide busy={busy} disabled={!file}>{t('下一步', 'Next')}</Button></form>}
			{step === 3 && found && <div>
				<dl class="facts-list"><dt>{t('县（市、区）', 'County')}</dt><dd>{found.county_name}（{found.county}）</dd><dt>{t('学校', 'School')}</dt><dd><strong>{found.school_name}</strong></dd><dt>{t('学校标识码', 'School number')}</dt><dd>{found.school}</dd>
					{found.class ? <dt>{t('城乡分类', 'Class')}</dt> : null}{found.class ? <dd>{siteClass(found.class)}（{found.class}）</dd> : null}</dl>
				{found.valid === false && <Note kind="care"><p>{t('这份邀请不能用了，请向县中心要新的。', 'This invitation is no longer valid: ask the county for a new one.')}</p></Note>}
				<div class="stack"><Button kind="main" wide busy={busy} disabled={found.valid === false} onClick={() => tryTo(async () => {
					const answer = await upload('setup/school', file!);
					setRecovery(answer.recovery);
					setStep(4);
				})}>{t('是我们学校，建立', 'Yes, set it up')}</Button>
					<Button wide onClick={() => setStep(2)}>{t('不是，重新选文件', 'No, choose another file')}</Button></div></div>}
			{step === 4 && <Recovery text={recovery} school={found ? found.school_name : ''} onDone={() => { refreshStatus(); refreshMe(); setStep(5); }} />}
			{step === 5 && <Head busy={busy} onDone={(name, pin) => tryTo(async () => {
				await command('staff.add', { name, roles: 'head,teacher', pin });
				await signIn(name, pin);
				setStep(6);
			})} />}
			{step === 6 && <Duty onDone={async () => { world.settingUp = false; await refreshStatus(); await refreshMe(); location.hash = '#/pupils/import'; }} />}
		</div>
	</Page>;
}

function Recovery(p: { text: string; school: string; onDone: () => void }) {
	const [printed, setPrinted] = useState(false);
	return <div>
		<div class="sheet-paper"><h2>{t('恢复码', 'Recovery sheet')} · {p.school}</h2><p class="recovery">{p.text}</p>
			<p>{t('主机坏了或丢了，用县里的备份和这张纸找回孩子的资料。没有这张纸，谁也打不开。', "If the machine breaks, this sheet and the county's copy bring the children's data back. Without it nobody can.")}</p>
			<p class="paper-only">{t('日期 ', 'Date ')}{today()}　　{t('保管人签名 ', 'Kept by ')}______________　　{t('存放处 ', 'Place ')}______________</p></div>
		<Note kind="care"><p>{t('只显示这一次。打印两份，锁进柜子，不要拍照、不要存在电脑里。没有打印机就用笔抄下，念一遍核对。', 'Shown only now. Print two, lock them away; no photograph, no file. Without a printer copy it by hand and read it back.')}</p></Note>
		<div class="stack"><Button wide onClick={() => window.print()}>{t('打印', 'Print')}</Button></div>
		<Check label={t('已打印或抄好，锁好了', 'Printed or copied, and locked away')} checked={printed} onChange={setPrinted} />
		<Button kind="main" wide disabled={!printed} onClick={p.onDone}>{t('下一步', 'Next')}</Button></div>;
}

function Head(p: { busy: boolean; onDone: (name: string, pin: string) => void }) {
	const [name, setName] = useState('');
	const [pin, setPin] = useState('');
	const [again, setAgain] = useState('');
	return <form onSubmit={e => {
		e.preventDefault();
		p.onDone(name.trim(), pin);
	}}>
		<Field label={t('校长（负责人）姓名', "The head's name")} value={name} onInput={setName} required autofocus autocomplete="name" />
		<Field label={t('PIN 码，至少 4 位', 'PIN, 4 digits or more')} type="password" mode="numeric" value={pin} onInput={setPin} required autocomplete="new-password" hint={t('不要用 1234、生日、电话。', 'Not 1234, a birthday or a telephone number.')} />
		<Field label={t('再输一次', 'Once more')} type="password" mode="numeric" value={again} onInput={setAgain} required autocomplete="new-password" />
		{again && again !== pin && <Note kind="care"><p>{t('两次不一样。', 'They differ.')}</p></Note>}
		<Button type="submit" kind="main" wide busy={p.busy} disabled={!name.trim() || pin.length < 4 || pin !== again}>{t('下一步', 'Next')}</Button></form>;
}

function Duty(p: { onDone: () => void }) {
	const [read, setRead] = useState(false);
	return <div>
		<ul class="steps"><li>{t('孩子的住址、健康、家长电话只有本校能看，县里看不到。', 'Addresses, health and telephone numbers are read in this school only, not by the county.')}</li>
			<li>{t('每人用自己的 PIN 码，离开时换人或退出。', 'Everybody uses their own PIN, and signs out.')}</li>
			<li>{t('家长可以查看、更正、要求删除孩子的资料。', 'A guardian may see, correct and have erased what is kept of the child.')}</li>
			<li>{t('纸质名单用完锁好或粉碎。', 'Lock away or shred paper lists.')}</li></ul>
		<Check label={t('我已阅读，学校负责做到', 'I have read this; the school answers for it')} checked={read} onChange={setRead} />
		<Button kind="main" wide disabled={!read} onClick={p.onDone}>{t('完成，去导入花名册', 'Done: import the class list')}</Button></div>;
}

