// What the machine says of its commands and views, and its words for their columns and codes:
// asked for by the pages that need them, so that they are no part of what a phone loads first.
import { useEffect, useState } from 'preact/hooks';
import { get, Refusal } from './api';

export interface Param { name: string; type: string; optional: boolean }
export interface Entry { name: string; about: string; roles: any; params: Param[]; requires: string; ask_school: boolean; county: boolean }
export interface Schema { commands: Entry[]; views: Entry[] }

export let words: { columns: { [name: string]: string }; codes: { [code: string]: string } } | null = null;
export let known: Schema | null = null;

// wanted false: not yet.
export function useWords(wanted = true): void {
	const [, turn] = useState(0);
	useEffect(() => {
		if (!words && wanted) get('words').then(a => { words = a; turn(1); }, () => 0); // names as they are, until next time
	}, [wanted]);
}

// With the words, which its forms and lists show.
export function useSchema(): [Schema | null, Refusal | null] {
	const [s, set] = useState(words && known);
	const [error, setError] = useState<Refusal | null>(null);
	useEffect(() => {
		if (!s) Promise.all([get('schema'), get('words')]).then(([a, w]) => {
			words = w;
			set(known = a);
		}, setError);
	}, []);
	return [s, error];
}
