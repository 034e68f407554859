// What the machine says of its commands and views, with its words for their columns and codes:
// asked for when a page needs it, so that they are no part of what a phone loads first.
import { useEffect, useState } from 'preact/hooks';
import { get, Refusal } from './api';

export interface Param { name: string; type: string; optional: boolean }
export interface Entry { name: string; about: string; roles: any; params: Param[]; requires: string; ask_school: boolean; county: boolean }
type Words = { [name: string]: string };
export interface Schema { commands: Entry[]; views: Entry[]; columns: Words; words: Words }

export let schema: Schema | null = null;

// wanted false: not yet.
export function useSchema(wanted = true): [Schema | null, Refusal | null] {
	const [s, set] = useState(schema);
	const [error, setError] = useState<Refusal | null>(null);
	useEffect(() => {
		if (!s && wanted) get('schema').then(a => set(schema = a), setError);
	}, [wanted]);
	return [s, error];
}
