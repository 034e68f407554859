import { useEffect, useState } from 'preact/hooks';
import { command, get, Refusal, Row } from '../api';
import { can, isHub, signOut, useView, useWorld } from '../state';
import { now_ms, whenMs, whenS } from '../time';
import { Button, Failure, Note, Page, Rows } from '../ui';
import { siteClass, t } from '../words';

export function More() {
	const { status } = useWorld();
	const hub = isHub();
	const links: Array<[string, string, string]> = hub ? [
		['all', t('全部功能', 'Everything'), t('查看和登记', 'See and record')], ['help', t('帮助', 'Help'), ''],
	] : [
		['hand', t('交接', 'Handover'), t('清点人数，双方 PIN', 'Counts, both PINs')],
		['exchange', t('上报与U盘', 'Exchange'), status && status.inbox ? t('有 ' + status.inbox + ' 处记录不一致', status.inbox + ' records disagree') : t('写到U盘、下载、上传', 'Stick, download, upload')],
		['pupils', t('学生', 'Children'), t('花名册、接送人', 'Class lists, collectors')],
		['consent', t('同意书', 'Consents'), t('登记家长的选择', "Guardians' choices")],
		['people', t('教职工', 'People'), t('PIN 码、月报公示', 'PINs, month and posting')],
		['notices', t('县里的通知', "The county's messages"), ''],
		['policy', t('方案与设置', 'Plan and set-up'), t('时间、校点、本机', 'Times, sites, this machine')],
		['outbox', t('手机上的记录', 'What this device holds'), t('哪些还没到主机', 'What has not arrived')],
		['all', t('全部功能', 'Everything'), t('活动、周计划、安全检查、意见…', 'Activities, plan, checks, opinions…')],
		['help', t('帮助', 'Help'), t('任务卡、纸单、补录', 'Task cards, paper, late entry')],
	];
	return <Page title={t('更多', 'More')}>
		<ul class="sessions">{links.map(([page, name, words]) => <li><a class="session here" href={'#/' + page}><span class="session-name">{name}</span><span class="session-more">{words}</span></a></li>)}</ul>
		{!hub && <p><Button onClick={() => signOut()}>{t('退出登录', 'Sign out')}</Button></p>}
	</Page>;
}

export function Notices() {
	const seen = useView('notices');
	const [error, setError] = useState<Refusal | null>(null);
	return <Page title={t('县里的通知', "The county's messages")} back="#/more"><Failure error={error} />
		<Rows seen={seen} empty={t('没有通知。', 'No messages.')}>{rows => rows.map(n => <section class="card"><h2>{n.title}</h2><p class="quiet small">{String(n.at).slice(0, 16)}</p><p class="what">{n.body}</p>
			{Number(n.read) ? <p>✓ {t('已读', 'Read')}</p> : can('head', 'teacher') && <Button kind="main" onClick={async () => {
				try {
					await command('notice.read', { message: n.message });
					seen.reload();
				} catch (e) {
					setError(e as Refusal);
				}
			}}>{t('已读，告诉县里', 'Read: tell the county')}</Button>}</section>)}</Rows></Page>;
}

export function Policy() {
	const seen = useView('policy');
	const sites = useView('sites');
	const { status } = useWorld();
	return <Page title={t('方案与设置', 'Plan and set-up')} back="#/more">
		<section class="card"><h2>{t('县里的方案', "The county's plan")}</h2><Rows seen={seen} empty={t('方案还没有到。', 'No plan yet.')}>{rows => {
			const newest = rows.filter(r => r.version === rows[rows.length - 1].version);
			return <div><p><strong>{newest[0].title}</strong>（{t('第 ' + newest[0].version + ' 版，自 ', 'version ' + newest[0].version + ', from ')}{newest[0].from_on}）</p>
				<div class="scroll" tabIndex={0} role="region" aria-label={t('时段', 'Windows')}><table class="table"><thead><tr><th>{t('季节', 'Season')}</th><th>{t('时段', 'Slot')}</th><th>{t('时间', 'Time')}</th><th>{t('哪类学校', 'Class')}</th></tr></thead><tbody>{newest.filter(r => r.no !== null).map(r => <tr><td>{season(r.from_md)}–{season(r.until_md)}</td><td>{Number(r.slot) === 1 ? t('中午', 'Noon') : t('下午', 'Afternoon')}</td><td>{r.begin}–{r.end}</td><td>{Number(r.class) ? siteClass(r.class) : t('所有', 'all')}</td></tr>)}</tbody></table></div></div>;
		}}</Rows></section>
		<section class="card"><h2>{t('校点', 'Sites')}</h2><Rows seen={sites} empty={t('没有登记校点。', 'No sites.')}>{rows => <ul class="log">{rows.map(s => <li class="item">{s.name || t('本校', 'This school')} · {siteClass(s.class)}{Number(s.boarding) ? t(' · 寄宿', ' · boarding') : ''}</li>)}</ul>}</Rows></section>
		<section class="card"><h2>{t('这台主机', 'This machine')}</h2><dl class="facts-list"><dt>{t('学校', 'School')}</dt><dd>{status && status.name}（{status && status.school}）</dd><dt>{t('程序版本', 'Version')}</dt><dd>{status && status.version}</dd><dt>{t('主机时间', 'Its clock')}</dt><dd>{whenMs(now_ms())}</dd><dt>{t('名册版本', 'Roster')}</dt><dd>{status && status.roster}</dd></dl></section>
	</Page>;
}

const season = (md: any) => t(Math.floor(Number(md) / 100) + '月' + Number(md) % 100 + '日', Math.floor(Number(md) / 100) + '/' + Number(md) % 100);

// The clerk's list: who is silent, what is held. Grey is silence, not guilt.
const SILENT_MS = 8 * 86400000;

export function Schools() {
	const [rows, set] = useState<Row[] | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	useEffect(() => {
		const load = () => get('schools').then(a => set(a.rows || a), setError);
		load();
		const timer = setInterval(load, 15000);
		return () => clearInterval(timer);
	}, []);
	const silent = (r: Row) => r.enrolled && now_ms() - Number(r.last_contact_s) * 1000 > SILENT_MS;
	return <Page title={t('学校', 'Schools')} lead={rows ? t('共 ' + rows.length + ' 所，八天以上没有消息的 ' + rows.filter(silent).length + ' 所', rows.length + ' schools, ' + rows.filter(silent).length + ' silent for more than eight days') : undefined}>
		<Failure error={error} />
		{rows && rows.length === 0 && <Note><p>{t('还没有邀请学校。', 'No school is invited yet.')}</p></Note>}
		{rows && rows.length > 0 && <div class="scroll" tabIndex={0} role="region" aria-label={t('学校', 'Schools')}><table class="table"><thead><tr><th>{t('学校', 'School')}</th><th>{t('城乡分类', 'Class')}</th><th>{t('登记', 'Enrolled')}</th><th>{t('最近联系', 'Last contact')}</th><th class="number">{t('收到', 'Records')}</th><th class="number">{t('暂放', 'Held')}</th></tr></thead>
			<tbody>{rows.map(r => <tr class={silent(r) ? 'silent' : ''}><td>{r.name}<br /><span class="quiet small">{r.school}</span></td><td>{siteClass(r.class)}</td><td>{r.enrolled ? t('是', 'yes') : t('尚未', 'not yet')}</td>
				<td>{r.last_contact_s ? whenS(Number(r.last_contact_s)) : t('从未', 'never')}{silent(r) && t('（久无消息）', ' (silent)')}</td><td class="number">{r.transactions}</td><td class="number">{r.held || ''}</td></tr>)}</tbody></table></div>}
	</Page>;
}
