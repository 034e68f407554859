import { useState } from 'preact/hooks';
import type { Row } from '../api';
import { groupName, matches, sorted } from '../day';
import { can, useView } from '../state';
import { today } from '../time';
import { Choice, Field, Name, Page, Rows, Select } from '../ui';
import { t } from '../words';

export function Pupils() {
	const seen = useView('pupils');
	const moves = useView(can('teacher', 'head', 'clerk') ? 'transfers' : null);
	const [which, setWhich] = useState('here');
	const [filter, setFilter] = useState('');
	const [grp, setGrp] = useState('');
	// The newest of its moves: 1 away.
	const left = (r: Row) => Number(((moves.rows || []).filter(m => m.pupil === r.pupil)[0] || {}).direction) === 1;
	const groups = (seen.rows || []).map(r => Number(r.grp)).filter((g, i, all) => g && all.indexOf(g) === i);
	return <Page title={t('学生', 'Children')} tools={can('head', 'teacher') && <span class="no-print"><a class="button plain" href="#/pupils/import">{t('导入花名册', 'Import the class list')}</a></span>}>
		<div class="pair"><Field label={t('找', 'Find')} value={filter} onInput={setFilter} type="search" />
			<Select label={t('班级', 'Class')} value={grp} onChange={setGrp} none={t('全部', 'All')} options={groups.map(g => [String(g), groupName(g, today())] as [string, string])} /></div>
		{(moves.rows || []).length > 0 && <div class="narrow"><Choice label={t('在读或已离校', 'Here or left')} value={which} onChange={setWhich} options={[['here', t('在读', 'Here')], ['left', t('已离校', 'Have left')]]} /></div>}
		<Rows seen={seen} empty={t('还没有学生。请导入花名册。', 'No children yet. Import the class list.')}>{rows => {
			const found = sorted(rows as any[]).filter(r => r.name !== null && (which === 'left') === left(r) && matches(r.name, filter, r.initials) && (!grp || String(r.grp) === grp));
			return <div><p class="quiet">{t('共 ' + found.length + ' 人', found.length + ' children')}</p>
				<ul class="children">{found.slice(0, 300).map(r => <li><a class="child two-lines" href={'#/pupils/' + r.pupil}><span class="child-name"><Name>{r.name}</Name></span>
					<span class="child-state quiet">{r.grp ? groupName(Number(r.grp), today()) : t('没有编班', 'In no class')}{Number(r.consent) ? '' : t(' 无同意书', ' no consent')}</span></a></li>)}</ul></div>;
		}}</Rows>
		{can('head') && <p><a class="button quiet" href="/api/v1/roster/export.xlsx">{t('导出花名册 .xlsx', 'Export .xlsx')}</a> <a class="button quiet" href="#/form/pupil.add">{t('登记一个孩子', 'Add one child')}</a></p>}
	</Page>;
}

