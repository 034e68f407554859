// The pages: shell, routes, the three facts.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { drop, keys, lasting } from './db';
import { sessionOf, useNames } from './day';
import { flush, known, onPhone, refused, start, useOutbox } from './outbox';
import { changed, fetchAhead, isHub, refreshMe, refreshStatus, useWorld, world } from './state';
import { today, whenS } from './time';
import { Button, Name, Note } from './ui';
import { firstLang, getLang, setLang, t } from './words';
import { loadOffice, officePage } from './office';
import { usePhase } from './phase';
import { SignIn } from './pages/signin';
import { Today } from './pages/today';
import { Roll, RollChoice } from './pages/roll';
import { Leave } from './pages/leave';
import { Hand } from './pages/hand';
import { Incident, Incidents, Report, Sent } from './pages/incident';
import { Outbox } from './pages/outbox';
import { Help } from './pages/help';
import { More } from './pages/more';

function useRoute(): string[] {
	const read = () => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
	const [route, set] = useState(read);
	useEffect(() => {
		const f = () => {
			set(read());
			window.scrollTo(0, 0);
		};
		window.addEventListener('hashchange', f);
		return () => window.removeEventListener('hashchange', f);
	}, []);
	return route;
}

// 本机已保存 · 待上报 N 条 · 县中心已确认至 …, and what is only on this phone.
function Facts() {
	const { status, online } = useWorld();
	const items = useOutbox();
	if (!status || status.setup || !known) return null;
	const phone = items.filter(i => i.state === 'phone').length;
	const wrong = items.filter(i => i.state === 'refused').length;
	const waiting = Number(status.waiting) + Number(status.stored_only) + Number(status.others_waiting || 0);
	const notes = (status.notes || []).length;
	return <div class="facts" role="status">
		{phone > 0 ? <a class="fact phone" href="#/outbox">{t('手机上 ' + phone + ' 条，还没到主机', phone + ' only on this device')}</a>
			: <span class="fact">{online ? t('本机已保存', 'Saved here') : t('主机没有回答', 'The machine does not answer')}</span>}
		{wrong > 0 && <a class="fact risk" href="#/outbox">{t(wrong + ' 条没有记上，请看', wrong + ' were not recorded: look')}</a>}
		{notes > 0 && <a class={'fact' + (status.revoked ? ' risk' : '')} href="#/exchange">{status.revoked ? t('县里作废了这台主机，请看', 'The county revoked this machine: look') : t(notes + ' 条提示，请看', notes + ' notices: look')}</a>}
		{!isHub() && <a class="fact" href="#/exchange">{t('待上报 ' + waiting + ' 条', waiting + ' waiting')}</a>}
		{!isHub() && <a class="fact" href="#/exchange">{status.confirmed_s ? t('县中心已确认至 ', 'County confirmed to ') + whenS(status.confirmed_s)
			: t('县中心尚未确认', 'Not confirmed by the county yet')}</a>}
	</div>;
}

const links = (): Array<[string, string]> => isHub() ? [
	['schools', t('学校', 'Schools')], ['exchange', t('收发', 'Exchange')], ['more', t('更多', 'More')],
] : [
	['today', t('今日', 'Today')], ['roll', t('点名', 'Roll call')], ['leave', t('离校', 'Leaving')],
	['incident', t('事件', 'Incident')], ['more', t('更多', 'More')],
];

// Beside these on a PC, where there is room.
const deskLinks = (): Array<[string, string]> => isHub() ? [['all', t('全部功能', 'Everything')], ['backup', t('备份', 'Backup')], ['help', t('帮助', 'Help')]] : [
	['hand', t('交接', 'Handover')], ['exchange', t('上报与U盘', 'Exchange')], ['pupils', t('学生', 'Children')],
	['consent', t('同意书', 'Consents')], ['people', t('教职工', 'People')], ['week', t('周计划', 'Week')], ['statement', t('月报与公示', 'Month')],
	['machine', t('设置', 'Set-up')], ['all', t('全部功能', 'Everything')], ['help', t('帮助', 'Help')],
];

function Nav(p: { at: string }) {
	const phase = usePhase();
	return <nav class="nav" aria-label={t('主菜单', 'Main menu')}>
		{links().map(([page, words]) => <a href={'#/' + page} aria-current={p.at === page ? 'page' : undefined}>{words}</a>)}
		{deskLinks().filter(([page]) => !phase.hides(page)).map(([page, words]) => <a class="desk" href={'#/' + page} aria-current={p.at === page ? 'page' : undefined}>{words}</a>)}
	</nav>;
}

function Head() {
	const { me, status, online } = useWorld();
	const other = getLang() === 'zh' ? 'en' : 'zh';
	return <header class={'head' + (online ? '' : ' offline')}>
		<a class="school" href="#/today">{status ? status.name || status.county || t('课后', 'Kehou') : t('课后', 'Kehou')}</a>
		<button type="button" class="lang" lang={other === 'en' ? 'en' : 'zh-CN'} onClick={() => { setLang(other); location.reload(); }}>{other === 'en' ? 'English' : '中文'}</button>
		{me && me.staff && <a class="who" href="#/who"><Name>{me.staff.name}</Name> {t('换人', 'change')}</a>}
	</header>;
}

// A page of the second script, as soon as it is here.
function Office(p: { page: string; rest: string[] }) {
	const [failed, fail] = useState(false);
	const [tries, again] = useState(0);
	const { online } = useWorld();
	const show = officePage(p.page);
	useEffect(() => {
		if (!show) loadOffice(p.page).then(() => again(n => n + 1), () => fail(true));
	}, [p.page, tries, online]);
	if (show) return <div>{show(p.rest)}</div>;
	return failed ? <Note><p>{t('这一页还没有下载到这台设备，主机现在没有回答。连上后再试。', 'This page is not on this device yet, and the machine does not answer. Try again later.')}</p>
		<Button onClick={() => { fail(false); again(n => n + 1); }}>{t('再试', 'Try again')}</Button></Note>
		: <p class="opening">{t('正在打开…', 'Opening…')}</p>;
}

function View(p: { route: string[] }) {
	const [page, ...rest] = p.route.length ? p.route : ['today'];
	const { me } = useWorld();
	if (!world.ready) return <p class="opening">{t('正在打开…', 'Opening…')}</p>;
	if (world.settingUp) return <Office page="setup" rest={rest} />;
	if (page === 'who') return <SignIn onDone={() => { location.hash = '#/today'; }} />;
	if (me && !me.staff && !me.first) return <SignIn />;
	const session = sessionOf(rest);
	switch (page) {
	case 'roll': return session ? <Roll key={rest.join()} session={session} /> : <RollChoice page="roll" title={t('点名', 'Roll call')} />;
	case 'leave': return session ? <Leave key={rest.join()} session={session} /> : <RollChoice key="leave" page="leave" title={t('离校', 'Leaving')} />;
	case 'hand': return session ? <Hand key={rest.join()} session={session} /> : <RollChoice key="hand" page="hand" title={t('交接', 'Handover')} />;
	case 'incident': return rest[0] === 'new' ? <Report /> : rest[0] === 'sent' ? <Sent kind={rest[1]} /> : rest[0] ? <Incident id={rest[0]} /> : <Incidents />;
	case 'outbox': return <Outbox />;
	case 'help': if (!isHub()) return <Help />; break;
	case 'more': return <More />;
	case 'today': if (!isHub()) return <Today />;
	}
	if (page === 'pupils' && rest[0] === 'import') return <Office key="import" page="import" rest={rest} />;
	return <Office key={page} page={isHub() && page === 'today' ? 'schools' : page} rest={rest} />;
}

function App() {
	const route = useRoute();
	const { me, status, ready } = useWorld();
	useNames(!!me && !!me.staff && !isHub());
	if (ready && ((status && status.setup) || (me && (me.first || me.invitation) && !isHub()))) world.settingUp = true;
	useEffect(() => {
		const every = setInterval(() => { if (!document.hidden) flush(false); }, 20000);
		const leave = (e: BeforeUnloadEvent) => {
			if (!lasting && onPhone().length + refused().length) e.returnValue = '';
		};
		window.addEventListener('beforeunload', leave);
		return () => {
			clearInterval(every);
			window.removeEventListener('beforeunload', leave);
		};
	}, []);
	return <div class={world.settingUp ? 'app alone' : 'app'}>
		<a class="skip" href="#main" onClick={e => { e.preventDefault(); document.getElementById('main')!.focus(); }}>{t('跳到正文', 'Skip to content')}</a>
		<Head />
		{!world.settingUp && <Facts />}
		{!world.settingUp && !(me && !me.staff) && <Nav at={route[0] || (isHub() ? 'schools' : 'today')} />}
		<main id="main" tabIndex={-1}>
			{!lasting && <Note kind="care"><p>{t('这个浏览器不能保存数据（可能是无痕模式）。没有送到主机之前不要关页面。',
				'This browser keeps nothing (a private window?). Do not close the page before everything is on the machine.')}</p></Note>}
			<View route={route} />
		</main>
	</div>;
}

// Lists of other days are no help without the machine.
async function forgetDays(): Promise<void> {
	for (const key of await keys('cache')) {
		const day = /[?&]date=([-\d]{10})/.exec(key);
		if (day && day[1] !== today()) await drop('cache', key);
	}
}

setLang(firstLang());
Promise.all([refreshStatus(), refreshMe()]).then(() => {
	world.ready = true;
	changed();
	start();
	forgetDays().then(fetchAhead);
});
const root = document.getElementById('app')!;
root.textContent = '';
render(<App />, root);
