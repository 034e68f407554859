import { useEffect, useState } from 'preact/hooks';
import { get, Refusal, Row } from '../api';
import { label, said, tables } from '../labels';
import { useWords } from '../schema';
import { useView } from '../state';
import { dateOf, DAYS_2000_MS, whenMs } from '../time';
import { Button, Failure, Name } from '../ui';
import { Pairs, t, word } from '../words';

const TABLES: Pairs = { ...tables, attendance: ['考勤更正', 'Attendance corrected'], leaving: ['离校更正', 'Leaving corrected'] };
const CHANGES: Pairs = { new: ['登记', 'entered'], edit: ['更改', 'changed'], gone: ['去掉', 'removed'] };
const OWNER: { [table: string]: string } = { way: 'pupil.way', leaving: 'leave', attendance: 'rollcall_sheet', priority: 'pupil.priority', subject_request: 'privacy' };

// Dates are days since 2000 in the rows themselves.
function shown(table: string, name: string, v: string | null): string {
	if (v === null) return t('（只有本校能看）', '(private)');
	if (v === '') return t('（空）', '(empty)');
	if (/(^|_)on$|^date$|^day$|_until$/.test(name)) return dateOf(DAYS_2000_MS + Number(v) * 86400000);
	if (/(^|_)at$/.test(name)) return whenMs(Number(v));
	return said(OWNER[table] || table, name, v) || v;
}
// Numbers that mean something to the machine alone.
const INNER = /^(at|withdrawn_at|withdrawn_by|walk_in_on|by_staff|entry_year|school_year|turned|same_as|guardian|collector|consent|route|leader|note|incident|request|transfer|slot|site|grp|seq|order|no|part|notice|weekdays|approved_by|kept_by|informed|asked_by)$/;

// Who changed what of a child, newest first.
export function Timeline(p: { pupil: string; turn: unknown }) {
	const [rows, set] = useState<Row[] | null>(null);
	const [more, setMore] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const [all, showAll] = useState(false);
	const staff = useView('staff');
	useWords();
	useEffect(() => { get('timeline?pupil=' + p.pupil).then(a => { set(a.rows); setMore(!!a.more); }, setError); }, [p.pupil, p.turn]);
	const who = (r: Row) => ((staff.rows || []).filter(s => String(s.staff) === r.staff)[0] || {}).name || r.from;
	const list = rows || [];
	return <section class="card"><h2>{t('谁改过什么', 'Who changed what')}</h2><Failure error={error} />
		<ul class="log timeline">{list.slice(0, all ? list.length : 12).map(r => {
			// Of a new row what it says; of a change also what it emptied, and that something private changed.
			const fields = Object.keys(r.fields).filter(k => !INNER.test(k) && (r.fields[k] || r.change === 'edit'));
			return <li class="item"><p><strong>{word(TABLES, r.table)}</strong> {word(CHANGES, r.change)} <span class="quiet">{whenMs(r.at_ms)} <Name>{who(r)}</Name></span></p>
				{fields.length > 0 && r.change !== 'gone' && <p class="small">{fields.map(k => <span>{label(k)}：<Name>{shown(r.table, k, r.fields[k])}</Name>　</span>)}</p>}</li>;
		})}</ul>
		{rows && !rows.length && <p class="quiet">{t('还没有。', 'Nothing yet.')}</p>}
		{more && <p class="quiet">{t('更早的没有列出。', 'What is older is not listed.')}</p>}
		{list.length > 12 && !all && <Button kind="quiet" onClick={() => showAll(true)}>{t('全部 ' + list.length + ' 条', 'All ' + list.length)}</Button>}</section>;
}
