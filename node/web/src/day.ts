// The sessions of a day as pages name them, and the school's groups.
import { useEffect } from 'preact/hooks';
import type { Item } from './db';
import { changed, useView, Seen } from './state';
import { now_ms, today } from './time';
import { className, slotName, t } from './words';

export interface Session {
	date: string;
	slot: number;
	site: number;
	grp: number;
}

export const sessionHash = (page: string, s: Session) =>
	'#/' + page + '/' + s.slot + '/' + s.site + '/' + s.grp + (s.date === today() ? '' : '/' + s.date);

export function sessionOf(parts: string[]): Session | null {
	if (parts.length < 3) return null;
	return { slot: Number(parts[0]), site: Number(parts[1]), grp: Number(parts[2]), date: parts[3] || today() };
}

export const same = (a: any, b: any) => Number(a.slot) === Number(b.slot) && Number(a.site || 0) === Number(b.site || 0) &&
	Number(a.grp || 0) === Number(b.grp || 0) && (!a.date || !b.date || a.date === b.date);

export const args = (s: Session) => ({ date: s.date, slot: s.slot, site: s.site, grp: s.grp });

// A class is known by its entry year; its grade follows from the school year of the day.
export function groupName(grp: number, date: string): string {
	if (grp === 0) return t('全校', 'All children');
	if (grp < 1000) return t('混龄组 ', 'Group ') + grp;
	const year = Number(date.slice(0, 4)) - (date.slice(5) < '09-01' ? 1 : 0);
	return className(year - Math.floor(grp / 100) + 1, grp % 100);
}

// Of groups of several grades ('site/grp'), and of sites where there are several ('site').
const names: { [place: string]: string } = {};

export const nameGroup = (r: any) => { names[r.site + '/' + r.grp] = r.name; };

// For the shell: names are there for every page.
export function useNames(wanted: boolean): void {
	const mixed = useView(wanted ? 'mixed_groups' : null).rows;
	const sites = useView(wanted ? 'sites' : null).rows;
	useEffect(() => {
		(mixed || []).forEach(nameGroup);
		(sites || []).forEach(r => { if (Number(r.site)) names[r.site] = r.name; });
		changed();
	}, [mixed, sites]);
}

export const groupOf = (s: any, date: string) =>
	(names[Number(s.site) + '/' + Number(s.grp)] || groupName(Number(s.grp), date)) + (names[s.site] ? ' · ' + names[s.site] : '');

export const sessionName = (s: Session) => groupOf(s, s.date) + ' ' + slotName(s.slot);

export const useGroups = (): Seen => useView('groups');

// Taps that the rows do not show yet: those still on the phone, and those that the host
// took after it gave the rows.
export function unseen(items: Item[], s: Session, at_ms: number): Item[] {
	return items.filter(i => i.state !== 'refused' && i.args.date === s.date && Number(i.args.slot) === s.slot &&
		(i.args.grp === undefined || same(i.args, s)) && (i.state === 'phone' || (i.host_ms || 0) >= at_ms));
}

const list = (v: any): string[] => v ? JSON.parse(v) : [];

// pupil → mark, as it will be when all taps have arrived.
export function marks(rows: any[], items: Item[]): { [pupil: string]: number } {
	const found: { [pupil: string]: number } = {};
	rows.forEach(r => { if (r.state) found[r.pupil] = Number(r.state); });
	items.forEach(i => {
		if (i.command === 'rollcall') {
			list(i.args.here).forEach(p => { found[p] = found[p] || 1; });
			list(i.args.extra).forEach(p => { found[p] = 1; });
			list(i.args.absent).forEach(p => { found[p] = 2; });
			list(i.args.excused).forEach(p => { found[p] = 3; });
		} else if (i.command === 'pupil.walk_in') {
			found['@' + i.request_id] = 1;
		} else if (i.command === 'attendance.correct') {
			found[i.args.pupil] = Number(i.args.state);
		}
	});
	return found;
}

// Any part of the name, or the beginning of its initials.
// letters: the initials of the rows (SQL initials(), out of Unihan).
export function matches(name: string | null, wanted: string, letters?: string): boolean {
	const w = wanted.trim().toUpperCase();
	if (!w || !name) return !w; // an erased child has no name
	return name.toUpperCase().indexOf(w) >= 0 || (/^[A-Z]+$/.test(w) && (letters || '').indexOf(w) === 0);
}

// Taps that let somebody go, and whom they name.
const lets = (i: Item) => i.command === 'leave.group' || i.command === 'leave.route' || i.command === 'leave.one';
const named = (i: Item): string[] => i.args.pupils ? list(i.args.pupils) : i.args.pupil ? [String(i.args.pupil)] : [];

// The tap among these that let the child go last: what an undo then names.
export function tapOf(pupil: string, items: Item[]): string {
	const last = items.filter(i => lets(i) && named(i).indexOf(pupil) >= 0).pop();
	return last ? last.request_id : '';
}

// pupil → true where taps let it go and the rows do not show it yet; undone: false.
export function gone(items: Item[]): { [pupil: string]: boolean } {
	const found: { [pupil: string]: boolean } = {};
	items.forEach(i => {
		if (lets(i)) named(i).forEach(p => { found[p] = true; });
		else if (i.command === 'leave.undo') named(i).forEach(p => { found[p] = false; });
	});
	return found;
}

// Whom a tap named and the host left as it was, since something else was recorded meanwhile.
export interface LeftOut { pupil: string; name: string | null; how?: number; with?: string; at?: string; by?: string; state?: number }
export const leftOut = (i: Item): LeftOut[] => list(i.answer && i.answer.left_out) as any[];

// The last tap of this phone in the session that did not do all that it named.
export function lastLeftOut(items: Item[], s: Session): Item | null {
	const mine = items.filter(i => i.args.date === s.date && Number(i.args.slot) === s.slot &&
		(i.args.grp === undefined || same(i.args, s)) && (lets(i) || i.command === 'leave.undo' || i.command === 'rollcall') && !i.args.pupil);
	const last = mine.filter(i => i.state !== 'phone' && i.state !== 'refused' && leftOut(i).length > 0).pop();
	return last || null;
}

const UNDO_MS = 15 * 60000;

// The last tap of this phone that let several go at once, of whom it still holds (left: who
// has gone): a wrong one is taken back whole. Out of the outbox, so that a reload keeps it.
export function lastGroup(items: Item[], s: Session, left: string[]): { item: Item; pupils: string[] } | null {
	const mine = items.filter(i => i.state !== 'refused' && i.args.date === s.date && Number(i.args.slot) === s.slot);
	const item = mine.filter(i => lets(i) && i.args.pupils && named(i).some(p => left.indexOf(p) >= 0)).pop();
	if (!item || now_ms() - item.made_ms > UNDO_MS) return null;
	const later = mine.slice(mine.indexOf(item) + 1);
	const pupils = named(item).filter(p => left.indexOf(p) >= 0 && !later.some(i => i.args.pupil === p));
	return pupils.length ? { item, pupils } : null;
}

// As a list of names is read: by pinyin.
export const sorted = <T extends { name: any; initials?: string }>(rows: T[]): T[] =>
	rows.slice().sort((a, b) => (a.initials || '~').localeCompare(b.initials || '~') || String(a.name).localeCompare(String(b.name), 'zh'));

// Where a session is, in words, and the page that goes on with it.
export function stateOf(s: any): { words: string; kind: string; page: 'roll' | 'leave' } {
	if (!s || !Number(s.marks)) return { words: t('未点名', 'No roll call yet'), kind: 'todo', page: 'roll' };
	if (Number(s.closed)) return { words: t('已清场', 'Closed'), kind: 'done', page: 'leave' };
	if (Number(s.still_here)) return { words: t('还在校 ' + s.still_here + ' 人', s.still_here + ' still here'), kind: 'here', page: 'leave' };
	return { words: t('都走了，待清场', 'All gone, to be closed'), kind: 'todo', page: 'leave' };
}

// A handover entered on the phone of who hands over, and nothing from the other yet. On one
// phone the entry is made by who takes over, after both have given their PIN.
export function unconfirmed(h: any, all: any[]): boolean {
	return !!h.to_id && h.by_id === h.from_id && !all.some(x => same(x, h) && x.from_id === h.from_id && x.to_id === h.to_id && x.by_id === h.to_id && Number(x.no) > Number(h.no));
}
