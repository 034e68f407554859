import { useWorld } from '../state';
import { Page } from '../ui';
import { t } from '../words';

const cards = (): Array<[string, string[]]> => [
	[t('每天', 'Every day'), [t('打开“学校”：谁久无消息，谁有暂放的。', 'Open “Schools”: who is silent, what is held.'), t('灰色只说明没有消息，不说明学校没有做。', 'Grey is silence, not guilt.')]],
	[t('U盘', 'Sticks'), [t('插上，先“从U盘读入”，再“写到U盘”：答复和回执在同一只U盘上带回去。', 'Plug it in, first read from it, then write to it: answers and receipts go back on the same stick.'), t('看到“可以拔出”再拔。同一只读两次没有关系。', 'Wait for “you may pull it out”. Reading one twice does no harm.')]],
	[t('学校打电话来', 'A school calls'), [t('“县中心已确认至”只算已经合并好的；收到还没合并的叫“待处理”。', '“Confirmed” counts what is merged; what is received and not merged yet is “to be processed”.'), t('主机丢了：马上在主机上用命令 kehou revoke 作废它。', 'A machine is lost: revoke it at once, command kehou revoke.'), t('PIN 码、家长电话、健康情况，县里打不开。', 'PINs, telephone numbers and health cannot be opened here.')]],
	[t('方案、邀请学校', 'The plan, inviting schools'), [t('在主机上用命令：kehou policy publish、kehou invite。', 'By command on the machine: kehou policy publish, kehou invite.'), t('通知在“全部功能”里发。', 'Messages are sent under “Everything”.')]],
	[t('月初', 'At the month’s begin'), [t('“全部功能 → 人员与课时”里看补助表，逐级审核；有问题写明原因退回。', 'Everything → People and hours: the statements, approved step by step, or sent back with a reason.'), t('“评价、意见与经验”里看月度汇总和城乡对照，上报后保存。', 'Evaluation: the monthly aggregate, and town and country.')]],
];

// The clerk's task cards.
export function CountyHelp() {
	const { status } = useWorld();
	return <Page title={t('帮助', 'Help')}>
		<div class="two">{cards().map(([title, steps]) => <section class="card keep"><h2>{title}</h2><ol class="steps">{steps.map(s => <li>{s}</li>)}</ol></section>)}</div>
		<p class="quiet">{t('版本 ', 'Version ')}{status && status.version}</p>
	</Page>;
}
