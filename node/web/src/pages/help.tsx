import { items } from '../db';
import { useWorld } from '../state';
import { today } from '../time';
import { Button, Page } from '../ui';
import { t } from '../words';

const cards = (): Array<[string, string[]]> => [
	[t('点名', 'Roll call'), [t('打开“点名”，选班级。', 'Open “Roll call”, choose the class.'), t('没来的点一下，请假的点两下。', 'Tap who is absent once, who is excused twice.'), t('按下面的大按钮。上面显示“手机上 N 条”时不要关浏览器，会自动送到主机。', 'Press the large button. While “only on this device” shows, keep the browser open: it goes on by itself.')]],
	[t('交接', 'Handover'), [t('打开“更多 → 交接”，选班级，当面数一遍。', 'Open “More → Handover”, choose the class, count together.'), t('一部手机：接班人输入自己的 PIN 码。两部手机：他在自己的“今日”上点开，再数一遍，确认。', 'On one phone: who takes over types their PIN. On two: they open it from “Today” on theirs, count and confirm.'), t('人数对不上、没有第二人，照实写原因。', 'Where the count differs or nobody else is there, give the reason.')]],
	[t('离校', 'Leaving'), [t('和平时不同的孩子，先点名字登记。', 'First tap the children who go otherwise.'), t('路队、校车走了，点这一组的“都走了”；其余的按“照常离校”。点早了按“撤销，还没走”。', 'A route or bus: “All left” of that group; all others: “left as usual”. Too early: “Undo: not yet”.'), t('没登记的人来接：打电话给家长，请同事听着，记下两人。', 'Somebody not listed: call a guardian with a witness, record both.'), t('过 30 分钟没人接：告知校长，登记看护人。', 'Not collected after 30 minutes: inform the head, record who keeps the child.')]],
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
