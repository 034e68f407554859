import { useEffect, useState } from 'preact/hooks';
import { get, post, Refusal, Row } from '../api';
import { now_ms, whenS } from '../time';
import { Button, Failure, Field, Note, Page, Sheet } from '../ui';
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
		{rows && rows.length > 0 && <div class="scroll" tabIndex={0} role="region" aria-label={t('学校', 'Schools')}><table class="table"><thead><tr><th>{t('学校', 'School')}</th><th>{t('最近联系', 'Last contact')}</th><th>{t('登记', 'Enrolled')}</th><th class="number">{t('收到（条）', 'Records')}</th><th class="number">{t('暂放（份）', 'Held')}</th><th>{t('城乡分类', 'Class')}</th></tr></thead>
			<tbody>{rows.map(r => <tr class={silent(r) ? 'silent' : ''}><td>{r.name}<br /><span class="quiet small">{r.school}</span></td><td>{r.last_contact_s ? whenS(Number(r.last_contact_s)) : t('从未', 'never')}{silent(r) && t('（久无消息）', ' (silent)')}</td><td>{r.enrolled ? t('是', 'yes') : t('尚未', 'not yet')}</td>
				<td class="number">{r.transactions}</td><td class="number">{r.held || ''}</td><td>{siteClass(r.class)}</td></tr>)}</tbody></table></div>}
		<Sticks />
	</Page>;
}

const where = (r: Row) => r.here ? t('插在本机', 'in this machine') : r.out_since_s ? t('自 ' + whenS(Number(r.out_since_s)) + ' 起在外', 'out since ' + whenS(Number(r.out_since_s))) : t('已收回', 'is back');

// The drawer of sticks: which is out, since when, and for whom; those that are back are folded.
function Sticks() {
	const [rows, set] = useState<Row[]>([]);
	const [asked, ask] = useState<[Row, 'name' | 'lost'] | null>(null);
	const [error, setError] = useState<Refusal | null>(null);
	const take = (work: Promise<Row>) => work.then(a => { set(a.sticks); setError(null); }, setError);
	useEffect(() => { get('exchange/sticks').then(a => set(a.sticks), () => set([])); }, []);
	const change = (r: Row, word: Row) => {
		ask(null);
		take(post('exchange/sticks', { number: r.number, ...word }));
	};
	if (!rows.length) return null;
	const back = rows.filter(r => !r.here && !r.out_since_s);
	const list = (some: Row[]) => some.map(r => <div class="stick"><p><strong>{t(r.number + ' 号', 'No. ' + r.number)}{r.label && ' ' + r.label}</strong>{t('，', ', ')}{where(r)}{r.schools.length ? t('，带给：', ', for: ') + r.schools.join(t('、', ', ')) : ''}</p>
		<p class="row">{!r.here && r.out_since_s > 0 && <Button kind="main" label={t(r.number + ' 号已收回', 'No. ' + r.number + ' is back')} onClick={() => change(r, { kept: true })}>{t('已收回', 'It is back')}</Button>}{' '}
			<Button label={t('给 ' + r.number + ' 号改名', 'Rename no. ' + r.number)} onClick={() => ask([r, 'name'])}>{t('改名', 'Rename')}</Button>{' '}
			{!r.here && <Button label={t(r.number + ' 号丢了', 'No. ' + r.number + ' is lost')} onClick={() => ask([r, 'lost'])}>{t('丢了', 'Lost')}</Button>}</p>
	</div>);
	return <section class="card"><h2>{t('发出去的U盘', 'Sticks that were given out')}</h2>
		<p class="hint">{t('号码由县中心编，写在U盘上最好认。一只U盘可以带给很多学校。', 'The hub counts them: write the number on the stick. One stick may serve many schools.')}</p>
		<Failure error={error} />
		{list(rows.filter(r => back.indexOf(r) < 0))}
		{back.length > 0 && <details open={back.length === rows.length && back.length < 4}><summary>{t('已收回的 ' + back.length + ' 只', back.length + ' are back')}</summary>{list(back)}</details>}
		{asked && asked[1] === 'name' && <Naming stick={asked[0]} onName={label => change(asked[0], { label })} onClose={() => ask(null)} />}
		{asked && asked[1] === 'lost' && <Sheet title={t(asked[0].number + ' 号U盘丢了？', 'No. ' + asked[0].number + ' is lost?')} onClose={() => ask(null)}>
			<p>{t('记录没有丢，捡到的人也打不开：学校还没收到的，下一只U盘会再带上。', 'No record is lost and a finder cannot open it: what the schools have not received goes on the next stick.')}</p>
			<p>{t('从这张单子上去掉以后，这只U盘再插上来，会编成新的号码。', 'Taken off this list, it gets a new number should it be plugged in again.')}</p>
			<div class="stack"><Button kind="main" wide onClick={() => change(asked[0], { forget: true })}>{t('丢了，从单子上去掉', 'Lost: take it off the list')}</Button><Button wide onClick={() => ask(null)}>{t('再找找', 'Not yet')}</Button></div></Sheet>}
	</section>;
}

function Naming(p: { stick: Row; onName: (label: string) => void; onClose: () => void }) {
	const [label, set] = useState(p.stick.label);
	return <Sheet title={t('给 ' + p.stick.number + ' 号U盘改名', 'Rename no. ' + p.stick.number)} onClose={p.onClose}><form onSubmit={e => { e.preventDefault(); p.onName(label.trim()); }}>
		<Field label={t('名称', 'Name')} value={label} onInput={set} required maxLength={20} hint={t('比如走哪条线、归谁带。', 'Its round, or who carries it.')} />
		<Button type="submit" kind="main" wide disabled={!label.trim()}>{t('保存', 'Save')}</Button></form></Sheet>;
}
