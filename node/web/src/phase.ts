// What is asked of a school grows with its phase (R5): 1 care for the priority groups, 2 for
// all who want it, 3 activities. The county moves a site; what comes later is not in the way.
import { isHub, useView, useWorld } from './state';

const FROM: { [what: string]: number } = { statement: 2, voice: 2, week: 3, activity: 3 }; // as the view `pages`

export function usePhase(): number {
	const { me } = useWorld();
	const { rows } = useView(me && me.staff && !isHub() ? 'sites' : null);
	return rows && rows.length ? Math.max.apply(null, rows.map(s => Number(s.phase) || 1)) : 3;
}

export const isLater = (what: string, phase: number) => (FROM[what] || 1) > phase;
export const fromPhase = (what: string) => FROM[what] || 1;
