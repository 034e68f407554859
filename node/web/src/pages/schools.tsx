import { useEffect, useState } from 'preact/hooks';
import { get, post, Refusal, Row } from '../api';
import { now_ms, whenS } from '../time';
import { Button, Failure, Note, Page } from '../ui';
import { siteClass, t } from '../words';

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
		<Sticks />
	</Page>;
}

const where = (r: Row) => r.here ? t('插在本机', 'in this machine') : r.out_since_s ? t('自 ' + whenS(Number(r.out_since_s)) + ' 起在外', 'out since ' + whenS(Number(r.out_since_s))) : t('已收回', 'is back');

// The drawer of sticks: which is out, since when, and for whom.
function Sticks() {
	const [rows, set] = useState<Row[]>([]);
	const [error, setError] = useState<Refusal | null>(null);
	const take = (work: Promise<Row>) => work.then(a => { set(a.sticks); setError(null); }, setError);
	useEffect(() => { get('exchange/sticks').then(a => set(a.sticks), () => set([])); }, []);
	const change = (r: Row, word: Row) => take(post('exchange/sticks', { number: r.number, ...word }));
	if (!rows.length) return null;
	return <section class="card"><h2>{t('发出去的U盘', 'Sticks that were given out')}</h2>
		<p class="hint">{t('号码由县中心编，写在U盘上最好认。带给学校的包裹都在同一只U盘上也可以。', 'The hub counts them: write the number on the stick. One stick may serve many schools.')}</p>
		<Failure error={error} />
		{rows.map(r => <div class="stick"><p><strong>{t(r.number + ' 号', 'No. ' + r.number)}</strong> {where(r)}{r.schools.length ? t('，给：', ', for: ') + r.schools.join(t('、', ', ')) : ''}</p>
			<p class="row"><input aria-label={t(r.number + ' 号U盘的名称', 'Label of stick ' + r.number)} value={r.label} maxLength={20} onChange={e => { const label = e.currentTarget.value.trim(); if (label) change(r, { label }); }} />{' '}
				{!r.here && r.out_since_s > 0 && <Button onClick={() => change(r, { kept: true })}>{t('已收回', 'It is back')}</Button>}{' '}
				{!r.here && <Button onClick={() => change(r, { forget: true })}>{t('丢了，不再列出', 'Lost: take it off')}</Button>}</p></div>)}
	</section>;
}
