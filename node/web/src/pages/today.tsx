import { useEffect } from 'preact/hooks';
import { groupOf, sessionHash, stateOf, unconfirmed, useGroups } from '../day';
import { useOutbox } from '../outbox';
import { useView, useWorld } from '../state';
import { longDate, minuteOfDay, minutesOf, slotNow, timeOf, now_ms, today } from '../time';
import { Note, Page, Rows, useTicker } from '../ui';
import { slotName, t } from '../words';

interface Line {
	slot: number; site: number; grp: number; date: string; group: string; pupils: number; consents: number; session: any;
}

// Each class that has children, with its session where one is open; then other groups.
function lines(groups: any[], sessions: any[], slot: number, date: string): Line[] {
	const mine = sessions.filter(s => Number(s.slot) === slot);
	const found = groups.map(g => ({
		slot, site: Number(g.site), grp: Number(g.grp), date, group: groupOf(g, date),
		pupils: Number(g.pupils), consents: Number(g.consents),
		session: mine.filter(s => Number(s.grp) === Number(g.grp) && Number(s.site) === Number(g.site))[0],
	}));
	mine.filter(s => !found.some(f => f.session === s)).forEach(s => found.push({
		slot, site: Number(s.site), grp: Number(s.grp), date, group: groupOf(s, date), pupils: 0, consents: 0, session: s,
	}));
	return found.filter(l => l.session || l.consents > 0).concat(found.filter(l => !l.session && !l.consents && l.pupils > 0));
}

function Session(p: { line: Line }) {
	const l = p.line;
	const state = l.session || l.consents ? stateOf(l.session) : { words: t('还没有人登记参加', 'Nobody is registered yet'), kind: '', page: 'roll' };
	const s = l.session;
	return <li><a class={'session ' + state.kind} href={sessionHash(state.page, l)}>
		<span class="session-name">{l.group}</span>
		<span class="session-state">{state.words}</span>
		<span class="session-more">{s && Number(s.marks) ? t('到 ' + s.came + ' / ' + s.marks, s.came + ' of ' + s.marks + ' came') +
			(s.staff ? ' · ' + s.staff : '') : l.consents ? t('参加 ' + l.consents + ' 人', l.consents + ' take part') : ''}</span>
	</a></li>;
}

function late(sessions: any[]): any[] {
	return sessions.filter(s => s.end && Number(s.still_here) && minuteOfDay() >= minutesOf(s.end) + 30);
}

export function Today() {
	useTicker(30000);
	const { me, status } = useWorld();
	const hosted = useOutbox().filter(i => i.state !== 'phone').length;
	const date = today();
	const groups = useGroups();
	const sessions = useView('sessions', { date }, 15);
	const notices = useView('notices');
	const hands = useView('handovers', { date }, 30);
	useEffect(() => { if (hosted) sessions.reload(); }, [hosted]);
	const calendar = useView('calendar');
	const special = (calendar.rows || []).filter(d => d.day === date && d.kind !== 'term')[0];
	const off = special ? special.kind === 'closed' : /[06]/.test(String(new Date(date + 'T00:00:00Z').getUTCDay()));
	const unread = (notices.rows || []).filter(n => !Number(n.read));
	const rows = sessions.rows || [];
	const here = rows.reduce((n, s) => n + Number(s.still_here), 0);
	const slots = slotNow() === 1 ? [1, 2] : [2, 1];
	return <Page title={t('今日', 'Today')} lead={longDate(date) + '  ' + timeOf(now_ms())}>
		{late(rows).map(s => <Note kind="care"><p><a href={sessionHash('leave', { date, slot: Number(s.slot), site: Number(s.site), grp: Number(s.grp) })}>
			{t(groupOf(s, date) + '还有 ' + s.still_here + ' 人未接走，已超过 30 分钟。请告知校长并登记看护人。',
				groupOf(s, date) + ': ' + s.still_here + ' not collected for 30 minutes. Inform the head, record who keeps them.')}</a></p></Note>)}
		{(hands.rows || []).filter(h => me && me.staff && h.to_id === me.staff.id && unconfirmed(h, hands.rows!)).map(h => <Note kind="care"><p><a href={sessionHash('hand', { date, slot: Number(h.slot), site: Number(h.site), grp: Number(h.grp) })}>
			{t(h.from_staff + ' 把' + groupOf(h, date) + '交给您，清点 ' + h.counted + ' 人：请当面点清，确认', h.from_staff + ' hands ' + groupOf(h, date) + ' over to you, ' + h.counted + ' counted: count and confirm')}</a></p></Note>)}
		{status && Number(status.inbox) > 0 && <Note kind="care"><p><a href="#/exchange">{t('有 ' + status.inbox + ' 处两份记录不一致，请选择', status.inbox + ' records disagree: please choose')}</a></p></Note>}
		{unread.length > 0 && <Note><p><a href="#/notices">{t('县里有 ' + unread.length + ' 条通知未读：' + unread[0].title,
			unread.length + ' unread from the county: ' + unread[0].title)}</a></p></Note>}
		{special && special.kind === 'school' && <Note><p>{t('今天调休上课：', 'A made-up school day: ')}{special.name}{t('。每周都来的孩子在名单上；只来几天的，来了按“没登记的”收下。', '. Children of every weekday are on the list; others are welcome as walk-ins.')}</p></Note>}
		{off && <Note><p>{special ? t('今天县里的方案不上课：', 'No school today by the plan: ') + (special.name || '') : t('今天是周末，方案里没有课后服务。', 'A weekend: no service by the plan.')}{t(' 有孩子在校照样点名、离校。', ' If children are here, call the roll all the same.')}</p></Note>}
		<p class="big-number"><strong>{here}</strong> {t('个孩子现在还在校', here === 1 ? 'child is still here' : 'children are still here')}</p>
		<Rows seen={groups} empty={t('还没有学生。先在“学生”里导入花名册。', 'No children yet. Import the class list under “Children”.')}>
			{all => slots.map(slot => {
				const found = lines(all, rows, slot, date).filter(l => slot === slots[0] || l.session);
				return found.length > 0 && <div>
					<h2>{slotName(slot)}</h2>
					<ul class="sessions">{found.map(l => <Session line={l} />)}</ul>
				</div>;
			})}
		</Rows>
	</Page>;
}
