// A table of a page as a spreadsheet: the file says what the page says.
import { useState } from 'preact/hooks';
import { Refusal, request } from './api';
import { save } from './files';
import { Button, Failure } from './ui';

// number: the column can be added up.
export interface Table { columns: Array<{ title: string; number: boolean }>; rows: string[][] }

export function Xlsx(p: { name: string; words: string; table: () => Table }) {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const write = async () => {
		setBusy(true);
		setError(null);
		const { columns, rows } = p.table();
		const body = {
			name: p.name, columns: columns.map(({ title }, i) => ({ key: String(i), title })),
			rows: rows.map(r => r.map((word, i) => columns[i].number && word ? Number(word) : word)
				.reduce((line, cell, i) => { line[i] = cell; return line; }, {} as { [key: string]: string | number })),
		};
		try {
			save(await (await request('POST', 'sheet', body, false)).blob(), p.name + '.xlsx');
		} catch (e) {
			setError(e as Refusal);
		}
		setBusy(false);
	};
	return <span><Button busy={busy} onClick={write}>{p.words}</Button><Failure error={error} /></span>;
}
