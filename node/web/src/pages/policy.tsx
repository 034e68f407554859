import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { can, refreshStatus, useView, useWorld } from '../state';
import { longDate, today } from '../time';
import { Button, Failure, Page, Rows } from '../ui';
import { siteClass, slotName, t, word } from '../words';

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

const season = (md: any) => t(Math.floor(Number(md) / 100) + '月' + Number(md) % 100 + '日', Math.floor(Number(md) / 100) + '/' + Number(md) % 100);

const SETTINGS: { [name: string]: [string, string] } = {
	cutoff_day: ['课时最迟登记到下月几日', 'Duty may be entered until this day of the next month'],
	cap_month_fen: ['每人每月补助上限（元）', 'Highest subsidy of a person and month (yuan)'],
	silence_days: ['几个上课日没有记录，县里来问', 'School days without a record until the county asks'],
	exchange_minutes: ['每隔几分钟走网络上报', 'Minutes between exchanges over the network'],
	exchange_window: ['网络上报的时间', 'When exchanges go over the network'],
	exchange_bytes_day: ['每天最多走多少流量（兆）', 'Most megabytes a day over the network'],
	exchange_stick_only: ['只走U盘', 'By stick only'],
};
const setting = (name: string) => word(SETTINGS, name);
const settingValue = (name: string, v: any) => name === 'cap_month_fen' ? (Number(v) / 100).toFixed(2) : name === 'exchange_bytes_day' ? String(Number(v) / 1000000)
	: name === 'exchange_stick_only' ? Number(v) ? t('是', 'yes') : t('否', 'no') : String(v);

const PARTS: { [part: string]: [string, string] } = {
	window: ['时段', 'Times'], setting: ['规定', 'Setting'], rate: ['补助标准', 'Rate'], term: ['学期', 'Term'], day: ['校历', 'Calendar'], activity: ['活动种类', 'Activity'], indicator: ['评价指标', 'Indicator'],
	phase: ['阶段', 'Phase'], retention: ['保存期限', 'Retention'], emergency_plan: ['应急预案', 'Emergency plan'],
};
const LISTS: { [list: string]: [string, string] } = { 1: ['活动种类', 'Kinds of activity'], 2: ['评价指标', 'Indicators'], 3: ['阶段（要清场几次）', 'Phases (sessions closed)'], 4: ['保存期限（天）', 'Retention (days)'] };

// The plan in force, what a version changed, and the school's receipt for it.
export function Policy() {
	const seen = useView('policy');
	const { status } = useWorld();
	const versions = (seen.rows || []).filter((r, i, all) => all.map(x => x.version).indexOf(r.version) === i);
	const inForce = versions.filter(v => v.from_on <= today()).slice(-1)[0];
	const coming = versions.filter(v => v.from_on > today());
	return <Page title={t('县里的方案', "The county's plan")} back="#/more">
		<Rows seen={seen} empty={t('方案还没有到。向县里上报一次，把答复读回来，方案就到了。', 'No plan yet: report to the county once, and read its answer.')}>{rows => <div>
			{coming.map(v => <Changes version={v} soon />)}
			{inForce && <section class="card"><h2>{t('现行：', 'In force: ')}{inForce.title}</h2><p>{t('第 ' + inForce.version + ' 版，自 ' + inForce.from_on + ' 起', 'version ' + inForce.version + ', from ' + inForce.from_on)}</p>
				<Windows rows={rows.filter(r => r.version === inForce.version && r.no !== null && (!Number(r.for_school) || !status || String(r.for_school) === status.school))} /></section>}
			{inForce && Number(inForce.version) > 1 && <Changes version={inForce} />}
			{inForce && Number(inForce.version) === 1 && <Receipt version={inForce} />}
			<InForce />
			<Calendar />
		</div>}</Rows>
	</Page>;
}

function Windows(p: { rows: Row[] }) {
	return <div class="scroll" tabIndex={0} role="region" aria-label={t('时段', 'Windows')}><table class="table"><thead><tr><th>{t('季节', 'Season')}</th><th>{t('时段', 'Slot')}</th><th>{t('时间', 'Time')}</th><th>{t('哪类学校', 'Class')}</th></tr></thead>
		<tbody>{p.rows.map(r => <tr><td><span class="whole">{season(r.from_md)}–</span><wbr /><span class="whole">{season(r.until_md)}</span></td><td>{slotName(r.slot)}</td><td>{r.begin}–{r.end}</td><td>{Number(r.for_school) ? t('本校', 'this school') : Number(r.class) ? siteClass(r.class) : t('所有', 'all')}</td></tr>)}</tbody></table></div>;
}

function Receipt(p: { version: Row }) {
	const seen = useView('policy_changes', { version: p.version.version });
	const [done, setDone] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const confirmed = done || (seen.rows || []).some(r => Number(r.confirmed));
	if (!seen.rows) return null;
	return <div><Failure error={error} />{confirmed ? <p>✓ {t('本校已签收第 ' + p.version.version + ' 版。', 'This school has confirmed version ' + p.version.version + '.')}</p>
		: can('head') && <Button kind="main" onClick={async () => {
			try {
				await command('policy.read', { version: p.version.version });
				setDone(true);
				refreshStatus();
			} catch (e) {
				setError(e as Refusal);
			}
		}}>{t('看过了，签收第 ' + p.version.version + ' 版', 'Seen: confirm version ' + p.version.version)}</Button>}</div>;
}

function Changes(p: { version: Row; soon?: boolean }) {
	const seen = useView('policy_changes', { version: p.version.version });
	return <section class="card"><h2>{p.soon ? t('将要改的：自 ' + p.version.from_on + ' 起', 'To come: from ' + p.version.from_on) : t('这一版改了什么', 'What this version changed')}</h2>
		<Rows seen={seen} empty={t('和上一版一样。', 'Nothing.')}>{rows => <ul class="log">{rows.map(r => <li class="item"><p>{r.change === 'gone' ? t('去掉 ', 'Gone: ') : t('现为 ', 'Now: ')}{word(PARTS, r.part)}：{change(r)}{Number(r.class) ? '（' + siteClass(r.class) + '）' : ''}</p></li>)}</ul>}</Rows>
		<Receipt version={p.version} /></section>;
}

// '3000 / 60 min' and '… / session' are fen.
function rate(value: string): string {
	const [fen, unit] = value.split(' / ');
	return (Number(fen) / 100).toFixed(2) + t(' 元 / ', ' yuan / ') + (unit === 'session' ? t('场', 'session') : unit.replace(' min', t(' 分钟', ' min')));
}

function change(r: Row): string {
	const value = String(r.value);
	const place = r.place ? ' ' + r.place : '';
	if (r.part === 'rate') return rate(value) + place.replace('role 1', t('看护', 'care')).replace('role 2', t('活动', 'activity'));
	if (r.part === 'window') return slotName(r.slot) + ' ' + value + place;
	if (r.part === 'day') return value + ' ' + (r.place === 'school' ? t('上课', 'school day') : t('不上课', 'no school'));
	if (r.part !== 'setting') return value + place;
	const [name, n] = value.split(' = ');
	return setting(name) + t('：', ': ') + settingValue(name, n) + place;
}

function InForce() {
	const settings = useView('policy_settings', { date: today() });
	const lists = useView('policy_lists', { date: today() });
	const progress = useView('phase_progress', { date: today() });
	return <div class="two">
		<section class="card"><h2>{t('在本校适用的规定', 'Settings as they hold here')}</h2><Rows seen={settings} empty={t('没有。', 'None.')}>{rows => <dl class="facts-list long">{rows.map(r => [<dt>{setting(r.name)}{Number(r.site) ? t('（校点 ' + r.site + '）', ' (site ' + r.site + ')') : ''}</dt>, <dd>{settingValue(r.name, r.value)}</dd>])}</dl>}</Rows>
			<h2>{t('本校到了哪个阶段', 'The phase of this school')}</h2><Rows seen={progress} empty={t('方案里没有分阶段。', 'The plan has no phases.')}>{rows => <ul>{rows.map(r => <li>{r.name || t('本校', 'This school')}：{t('第 ' + r.phase + ' 阶段', 'phase ' + r.phase)}{r.next_phase !== null && t('；清场 ' + r.closed + ' / ' + (r.needed || 0) + ' 次后可进入“' + r.title + '”，由县里定', '; ' + r.closed + ' of ' + (r.needed || 0) + ' sessions closed before “' + r.title + '”, which the county decides')}</li>)}</ul>}</Rows></section>
		<section class="card"><h2>{t('方案里的目录', 'Lists of the plan')}</h2><Rows seen={lists} empty={t('没有。', 'None.')}>{rows => <div>{Object.keys(LISTS).filter(l => rows.some(r => String(r.list) === l)).map(l => <div><h3>{word(LISTS, l)}</h3><ul>{rows.filter(r => String(r.list) === l).map(r => <li>{r.title}{r.quantity !== null ? t('：', ': ') + r.quantity : ''}{r.body && <span class="quiet small"> {r.body}</span>}</li>)}</ul></div>)}</div>}</Rows></section>
	</div>;
}

function Calendar() {
	const seen = useView('calendar');
	return <section class="card"><h2>{t('学期、调休和停课', 'Terms, made-up days, closures')}</h2><Rows seen={seen} empty={t('方案里没有校历。', 'No calendar in the plan.')}>{rows => <ul>{rows.map(r => <li>{r.kind === 'term' ? t('学期 ', 'Term ') + r.day + t(' 至 ', ' to ') + r.until
		: r.day + ' ' + longDate(r.day).split(' ')[1] + ' ' + (r.kind === 'school' ? t('上课（调休）', 'school day (made up)') : t('不上课', 'no school')) + ' ' + (r.name || '')}</li>)}</ul>}</Rows></section>;
}

