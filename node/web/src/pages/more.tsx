import { usePhase } from '../phase';
import { isHub, signOut, useWorld } from '../state';
import { Button, Page } from '../ui';
import { t } from '../words';

export function More() {
	const { status } = useWorld();
	const hub = isHub();
	const phase = usePhase();
	const links: Array<[string, string, string]> = hub ? [
		['all', t('全部功能', 'Everything'), t('查看和登记', 'See and record')], ['backup', t('备份', 'Backup'), t('整个县中心的主机', "The whole of the county's machine")], ['help', t('帮助', 'Help'), t('任务卡', 'Task cards')],
	] : [
		['hand', t('交接', 'Handover'), t('清点人数，双方 PIN', 'Counts, both PINs')],
		['exchange', t('上报与U盘', 'Exchange'), status && status.inbox ? t('有 ' + status.inbox + ' 处记录不一致', status.inbox + ' records disagree') : t('写到U盘、下载、上传', 'Stick, download, upload')],
		['pupils', t('学生', 'Children'), t('花名册、接送人', 'Class lists, collectors')],
		['consent', t('同意书', 'Consents'), t('登记家长的选择', "Guardians' choices")],
		['people', t('教职工', 'People'), t('岗位、PIN 码、走教', 'Roles, PINs')],
		['week', t('周计划', 'Week'), t('谁带哪个组', 'Who is with which group')],
		['statement', t('月报与公示', 'Month and posting'), t('课时、补助、签字', 'Hours, subsidies, signatures')],
		['notices', t('县里的通知', "The county's messages"), t('读了按“已读”', 'Read and confirm')],
		['policy', t("县里的方案", "The county's plan"), t('现行时间、改了什么', 'Times in force, what changed')],
		['machine', t('设置', 'Set-up'), t('校点、设备、备份', 'Sites, devices, backup')],
		['outbox', t('手机上的记录', 'What this device holds'), t('哪些还没到主机', 'What has not arrived')],
		['all', t('全部功能', 'Everything'), t('活动、周计划、安全检查、意见…', 'Activities, plan, checks, opinions…')],
		['help', t('帮助', 'Help'), t('任务卡、纸单、补录', 'Task cards, paper, late entry')],
	];
	return <Page title={t('更多', 'More')}>
		<ul class="sessions">{links.filter(([page]) => !phase.hides(page)).map(([page, name, words]) => <li><a class="session here" href={'#/' + page}><span class="session-name">{name}</span><span class="session-more">{words}</span></a></li>)}</ul>
		<p><Button onClick={() => signOut()}>{t('退出登录', 'Sign out')}</Button></p>
	</Page>;
}

