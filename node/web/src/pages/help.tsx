import { useState } from 'preact/hooks';
import { groupName, useGroups } from '../day';
import { items } from '../db';
import { useView, useWorld } from '../state';
import { addDays, longDate, today } from '../time';
import { Button, Choice, Name, Page, Rows } from '../ui';
import { relationName, slotName, t } from '../words';

const cards = (): Array<[string, string[]]> => [
	[t('点名', 'Roll call'), [t('打开“点名”，选班级。', 'Open “Roll call”, choose the class.'), t('没来的点一下，请假的点两下。', 'Tap who is absent once, who is excused twice.'), t('按下面的大按钮。上面显示“手机上 N 条”时不要关浏览器，会自动送到主机。', 'Press the large button. While “only on this device” shows, keep the browser open: it goes on by itself.')]],
	[t('离校', 'Leaving'), [t('和平时不同的孩子，先点名字登记。', 'First tap the children who go otherwise.'), t('其余的按“照常离校”。', 'All others: “left as usual”.'), t('没登记的人来接：打电话给家长，请同事听着，记下两人。', 'Somebody not listed: call a guardian with a witness, record both.'), t('过 30 分钟没人接：告知校长，登记看护人。', 'Not collected after 30 minutes: inform the head, record who keeps the child.')]],
	[t('出事了', 'Something happened'), [t('先救人、先打电话：120、110、119。', 'Help first, dial first: 120, 110, 119.'), t('打开“事件”，五项填完就报告，以后只补充。', 'Open “Incident”, five fields, then only additions.')]],
	[t('上报', 'Reporting'), [t('有网自动上报。没网：U盘插到主机，按“写到U盘”，看到“可以拔出”再拔。', 'With a network it goes by itself. Without: plug a stick into the machine, “Write to the stick”, wait for “you may pull it out”.'), t('U盘只能插电脑：打开“上报与U盘”，下载文件，放进 KEHOU 文件夹。', 'If the stick only fits a PC: download the files into its folder KEHOU.'), t('从县里回来的U盘也要读一次，才知道县里收到了多少。', 'Read the stick that comes back too: it says what the county has.')]],
	[t('主机坏了、停电', 'The machine is dead'), [t('用下面的纸单点名、离校，和平时一样。', 'Use the paper sheets below.'), t('来电后在“补录”里照纸单记，写明原因“停电”。', 'Enter them later under “Late entry”, with the reason.')]],
];

export function Help() {
	const { status } = useWorld();
	const diagnose = async () => {
		const taps = await items();
		const body = { made: new Date().toISOString(), browser: navigator.userAgent, screen: [screen.width, screen.height, devicePixelRatio],
			taps: taps.reduce((sum: any, i) => { const k = i.command + ' ' + i.state; sum[k] = (sum[k] || 0) + 1; return sum; }, {}),
			status: status && { ...status, name: undefined, network: status.network && { ...status.network, url: undefined }, sticks: (status.sticks || []).length } };
		const a = document.createElement('a');
		a.href = URL.createObjectURL(new Blob([JSON.stringify(body, null, '\t')], { type: 'application/json' }));
		a.download = 'kehou-' + today() + '.json';
		a.click();
	};
	return <Page title={t('帮助', 'Help')}>
		<div class="two">{cards().map(([title, steps]) => <section class="card keep"><h2>{title}</h2><ol class="steps">{steps.map(s => <li>{s}</li>)}</ol></section>)}</div>
		<p class="no-print row"><a class="button main" href="#/paper">{t('打印本周纸单', "This week's paper sheets")}</a> <a class="button plain" href="#/late">{t('补录', 'Late entry')}</a>{' '}
			<Button onClick={diagnose}>{t('诊断文件（不含姓名）', 'Diagnostic file (no names)')}</Button></p>
		<p class="quiet">{t('版本 ', 'Version ')}{status && status.version}</p>
	</Page>;
}

// The lists of a week, with collectors, for the day the machine is dead.
export function Paper() {
	const groups = useGroups();
	const [slot, setSlot] = useState('2');
	const day = new Date(today() + 'T00:00:00Z').getUTCDay() || 7;
	const monday = addDays(today(), 1 - day);
	return <Page title={t('纸单', 'Paper sheets')} back="#/help" tools={<span class="no-print"><Button kind="main" onClick={() => window.print()}>{t('打印', 'Print')}</Button></span>}>
		<div class="no-print"><p>{t('主机坏了或停电时用。每班一页，用完锁好。', 'For the day the machine is dead. A page a class; lock them away.')}</p><Choice label={t('时段', 'Slot')} value={slot} onChange={setSlot} options={[['1', slotName(1)], ['2', slotName(2)]]} /></div>
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => rows.map(g => <Sheet grp={Number(g.grp)} slot={slot} monday={monday} />)}</Rows>
	</Page>;
}

function Sheet(p: { grp: number; slot: string; monday: string }) {
	const seen = useView('rollcall_sheet', { date: today(), slot: p.slot, grp: p.grp });
	const family = useView('guardians', { grp: p.grp });
	const { status } = useWorld();
	const of = (pupil: string) => (family.rows || []).filter(g => g.pupil === pupil);
	return <section class="paper-sheet"><h2>{status && status.name} {groupName(p.grp, today())} {slotName(p.slot)} {longDate(p.monday)}–{longDate(addDays(p.monday, 4))}</h2>
		<div class="scroll" tabIndex={0} role="region" aria-label={groupName(p.grp, today())}><table class="table"><thead><tr><th>{t('姓名', 'Name')}</th><th>{t('谁可以接', 'Who may collect')}</th>{[0, 1, 2, 3, 4].map(n => <th>{longDate(addDays(p.monday, n)).split(' ')[1]}<br />{t('到｜走', 'in｜out')}</th>)}</tr></thead>
			<tbody>{(seen.rows || []).filter(r => Number(r.expected)).map(r => <tr><td><Name>{r.name}</Name></td><td>{of(r.pupil).map(g => <span><Name>{g.name}</Name>{Number(g.relation) ? '（' + relationName(g.relation) + '）' : ''} {g.phone} </span>)}</td>{[0, 1, 2, 3, 4].map(() => <td>　｜　</td>)}</tr>)}</tbody></table></div>
		<p>{t('看护人签名 ____________　接班 ____________　清场 ____________', 'On duty ____________  Taken over ____________  Closed ____________')}</p></section>;
}

export function Late() {
	const groups = useGroups();
	const [date, setDate] = useState(addDays(today(), -1));
	const [slot, setSlot] = useState('2');
	return <Page title={t('补录', 'Late entry')} back="#/help" lead={t('照纸单补记。记录会带上现在的时间，写明原因。', 'Enter the paper sheets; the record keeps the time of entry and the reason.')}>
		<div class="narrow"><div class="field"><label for="day">{t('日期', 'Date')}</label><input id="day" type="date" value={date} max={today()} onInput={(e: any) => setDate(e.currentTarget.value)} /></div>
			<Choice label={t('时段', 'Slot')} value={slot} onChange={setSlot} options={[['1', slotName(1)], ['2', slotName(2)]]} /></div>
		<Rows seen={groups} empty={t('还没有班级。', 'No classes yet.')}>{rows => <ul class="sessions">{rows.map(g => <li><div class="session"><span class="session-name">{groupName(Number(g.grp), date)}</span>
			<p><a class="button main" href={'#/roll/' + slot + '/' + g.site + '/' + g.grp + '/' + date}>{t('点名', 'Roll call')}</a> <a class="button plain" href={'#/leave/' + slot + '/' + g.site + '/' + g.grp + '/' + date}>{t('离校', 'Leaving')}</a></p></div></li>)}</ul>}</Rows>
	</Page>;
}
