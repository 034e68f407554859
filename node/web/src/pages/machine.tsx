import { useEffect, useState } from 'preact/hooks';
import { command, get, Refusal, Row } from '../api';
import { can, refreshStatus, useView, useWorld } from '../state';
import { clockDifference_ms, now_ms, whenMs, whenS } from '../time';
import { Button, Failure, Field, Note, Page, Rows, Select, Sheet } from '../ui';
import { options, siteClass, siteClasses, siteKind, siteKinds, t } from '../words';

const CLOCK_TOLERANCE_MS = 120000;

export function ClockNote() {
	const difference = clockDifference_ms();
	const minutes = Math.round(Math.abs(difference) / 60000);
	const much = minutes < 120 ? t(minutes + ' 分钟', minutes + ' minutes') : minutes < 2880 ? t(Math.round(minutes / 60) + ' 小时', Math.round(minutes / 60) + ' hours')
		: t(Math.round(minutes / 1440) + ' 天', Math.round(minutes / 1440) + ' days');
	return Math.abs(difference) > CLOCK_TOLERANCE_MS ? <Note kind="care"><p>{t('学校主机的钟和这台设备差 ' + much + '。看一下手表：上面是主机的时间。不对的话先把主机的钟调准。',
		"The machine's clock differs from this device by " + much + '. Above is the machine’s: compare with a watch, set it first if it is wrong.')}</p></Note>
		: <Note kind="good"><p>{t('主机的钟和这台设备一致。', 'The machine and this device agree on the time.')}</p></Note>;
}

// Sites, devices, backup: what the head looks after.
export function Machine() {
	const { status } = useWorld();
	return <Page title={t('设置', 'Set-up')} back="#/more">
		<div class="two">
			<section class="card"><h2>{t('这台主机', 'This machine')}</h2><dl class="facts-list"><dt>{t('学校', 'School')}</dt><dd>{status && status.name}（{status && status.school}）</dd><dt>{t('县（市、区）', 'County')}</dt><dd>{status && status.county_name}</dd>
				<dt>{t('程序版本', 'Version')}</dt><dd>{status && status.version}</dd><dt>{t('主机时间', 'Its clock')}</dt><dd>{whenMs(now_ms())}</dd><dt>{t('县里的登记表', 'Roster')}</dt><dd>{t('第 ' + (status && status.roster) + ' 版', 'version ' + (status && status.roster))}</dd></dl><ClockNote /></section>
			<Devices />
			<Sites />
			<Keeping />
		</div>
	</Page>;
}

function Devices() {
	const [rows, set] = useState<Row[] | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	useEffect(() => { get('devices').then(a => set(a.rows), setError); }, []);
	return <section class="card"><h2>{t('学校的主机', "The school's machines")}</h2>
		<Failure error={error} />
		{rows && !rows.length && <p>{t('县里还没有登记这台主机：上报一次，再读回县里的答复。', 'Not enrolled with the county yet: report once, and read its answer.')}</p>}
		{rows && <ul class="log">{rows.map(d => <li class="item"><p><strong>{d.this ? t('这一台', 'This one') : t('另一台', 'Another')}</strong> <span class="quiet">{t('编号 ', 'No. ')}{String(d.node).slice(0, 8)}</span></p>
			<p class="small">{d.revoked ? t('✗ 已作废，不再收它的记录', '✗ Revoked: nothing of it is taken any more') : t('✓ 县里已登记', '✓ Enrolled')}{d.last_s ? t('，最近一次有它的消息：', ', last heard of ') + whenS(d.last_s) : ''}</p></li>)}</ul>}
		<p class="hint">{t('再加一台：请县里另发一份“设备邀请”。丢了、坏了一台：马上打电话给县里作废，再用恢复码在新机上建立。', 'One more: ask the county for an invitation of a device. One was lost: call the county at once to revoke it, then set up a new one with the recovery sheet.')}</p></section>;
}

function Sites() {
	const seen = useView('sites');
	const [adding, add] = useState<Row | null>(null);
	return <section class="card"><h2>{t('校点', 'Sites')}</h2><Rows seen={seen} empty={t('没有登记校点。', 'No sites.')}>{rows => <ul class="log">{rows.map(s => <li class="item"><p><strong>{s.name || t('本校', 'This school')}</strong> {siteKind(s.kind)}</p>
		<p class="small">{siteClass(s.class)}{Number(s.boarding) ? t(' · 寄宿', ' · boarding') : ''} · {t('第 ' + s.phase + ' 阶段', 'phase ' + s.phase)}{s.sunset ? t(' · 天黑 ', ' · dark at ') + s.sunset : ''}{s.bus ? t(' · 班车 ', ' · bus ') + s.bus : ''}{s.road ? ' · ' + s.road : ''}</p></li>)}</ul>}</Rows>
		{can('head') && <p class="row"><Button onClick={() => add({ site: String((seen.rows || []).reduce((n, s) => Math.max(n, Number(s.site)), 0) + 1), name: '', class: '220', class_year: '', kind: '4' })}>{t('＋ 教学点', '＋ Teaching point')}</Button> <a class="button plain" href="#/form/site.describe">{t('校点的情况', 'What a site is like')}</a></p>}
		{adding && <AddSite first={adding} onClose={() => { add(null); seen.reload(); refreshStatus(); }} />}</section>;
}

function AddSite(p: { first: Row; onClose: () => void }) {
	const [v, set] = useState<Row>(p.first);
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('登记教学点', 'Add a teaching point')} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('site.add', { ...v, class_year: v.class_year || undefined });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Field label={t('名称', 'Name')} value={v.name} onInput={name => set({ ...v, name })} required />
		<Select label={t('城乡分类', 'Class')} value={v.class} onChange={x => set({ ...v, class: x })} options={options(siteClasses)} />
		<Field label={t('城乡分类是哪一年的', 'Year of that class')} value={v.class_year} onInput={class_year => set({ ...v, class_year })} mode="numeric" hint={t('问县里；以后也能填。', 'The county knows; it may be entered later.')} />
		<Select label={t('类别', 'Kind')} value={v.kind} onChange={kind => set({ ...v, kind })} options={options(siteKinds)} />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!v.name.trim()}>{t('登记', 'Add')}</Button></form></Sheet>;
}

// What keeps the records if this machine burns down tonight.
function Keeping() {
	const { status } = useWorld();
	const s = status || {};
	return <section class="card"><h2>{t('主机坏了怎么办', 'If this machine breaks')}</h2>
		<ul class="steps"><li>{t('县中心有的记录到 ', 'The county has everything to ')}<strong>{s.confirmed_s ? whenS(Number(s.confirmed_s)) : t('（还没有）', '(nothing yet)')}</strong>{Number(s.waiting) > 0 && t('，还有 ' + s.waiting + ' 条只在这里：请上报。', '; ' + s.waiting + ' are only here: report them.')}</li>
			<li>{t('孩子的住址、健康、电话，县里打不开，要靠恢复码那张纸。', 'Addresses, health and telephone numbers open only with the recovery sheet.')}</li>
			<li>{t('打电话给县中心，要一份新的邀请，在新机上设置时输入恢复码。', 'Call the county for a new invitation; give the recovery code when the new machine is set up.')}</li></ul>
		<p class="row">{can('teacher', 'head') && <a class="button plain" href="#/exchange">{t('现在上报', 'Report now')}</a>} {can('head') && <a class="button plain" href="#/backup">{t('备份和恢复码', 'Backup and recovery sheet')}</a>}</p></section>;
}

