// Pages appear with the school's phase (R5): 1 care for the priority groups, 2 for all who want
// it, 3 activities. The view `pages` says which; the county moves a site.
import type { Row } from './api';
import { can, isHub, useView, useWorld } from './state';

// A page of ours that the view knows under another name, and records by what they are or by
// the requirement that they serve.
const AS: { [what: string]: string } = {
	week: 'plan', R8: 'activities', R9: 'plan', R11: 'statement', R14: 'safety', R15: 'evaluation', R16: 'opinions', R21: 'noon',
};
// Pages that not everybody in the school may see.
const WHO: { [page: string]: string[] } = { consent: ['teacher', 'head'], machine: ['teacher', 'head'] };
const RECORDS: Array<[RegExp, string]> = [[/^places/, 'places'], [/^satisfaction/, 'satisfaction'], [/^practice/, 'practices'], [/^(mixed_)?groups?\b/, 'groups']];

let last: Row[] = []; // so that nothing comes and goes when a page is opened

export interface Phase {
	now: number;                            // of the school: its furthest site
	hides: (page: string) => boolean;       // one of a later phase, or not for this person
	recordLater: (name: string, requirement: string) => boolean;
}

export function usePhase(): Phase {
	const { me } = useWorld();
	const seen = useView(me && me.staff && !isHub() ? 'pages' : null).rows;
	if (seen) last = seen;
	const rows = seen || last;
	const later = (what: string) => rows.some(r => r.page === (AS[what] || what) && !Number(r.shown));
	return {
		now: rows.filter(r => Number(r.shown)).reduce((n, r) => Math.max(n, Number(r.phase)), 1),
		hides: page => later(page) || (!!WHO[page] && !can(...WHO[page])),
		recordLater: (name, requirement) => {
			const known = RECORDS.filter(([is]) => is.test(name))[0];
			return known ? later(known[1]) : later(requirement);
		},
	};
}
