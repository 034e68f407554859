// Of whom the host left as they were when a late tap named them, in words.
import type { Item } from './db';
import { leftOut, LeftOut } from './day';
import { Name, Note } from './ui';
import { stateName, t, wayName } from './words';

function standing(x: LeftOut): string {
	const by = x.by ? t('（' + x.by + ' 登记）', ' (entered by ' + x.by + ')') : '';
	if (x.how) return (x.at ? x.at + ' ' : '') + (x.with ? x.with + t('接走', ' collected') : wayName(x.how)) + by;
	if (x.state && Number(x.state) !== 1) return t('点名记为', 'marked ') + stateName(x.state) + by;
	return x.state ? t('没有离校记录，还在校', 'no leaving, still here') : t('这一场没有点到', 'not marked in this session');
}

export function LeftOutOf(p: { item: Item }) {
	const all = leftOut(p.item);
	if (!all.length) return null;
	return <Note kind="care"><p>{t('“' + p.item.about + '”送到时，下面 ' + all.length + ' 人已有别的记录，保持原样，请核对：', 'When “' + p.item.about + '” arrived, something else was recorded of these ' + all.length + '; it stays. Please look:')}</p>
		<ul>{all.map(x => <li><Name>{x.name || t('（已删除）', '(erased)')}</Name>{t('：', ': ')}{standing(x)}</li>)}</ul></Note>;
}
