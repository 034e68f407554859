import { useEffect, useState } from 'preact/hooks';
import { get, Refusal, Row } from '../api';
import { now_ms, whenS } from '../time';
import { Failure, Note, Page } from '../ui';
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
	</Page>;
}
