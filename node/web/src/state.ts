// What every page knows: who is signed in, what the host says of itself, whether it answers.
import { useEffect, useState } from 'preact/hooks';
import { get, post, Refusal, Row, viewPath, Params } from './api';
import * as db from './db';
import { now_ms, setHostClock, today } from './time';

export interface Me {
	staff: { id: string; name: string; roles: string[] } | null;
	first: boolean;
	invitation?: boolean; // the first head has to show the invitation on this browser
	people: Array<{ id: string; name: string }>;
}

interface World {
	me: Me | null;
	status: Row | null;
	online: boolean;
	ready: boolean;    // first answer, or first failure
	turn: number;      // of the status: asked for after which others; 0: from the phone's memory
	settingUp: boolean; // from the invitation until the head has finished the last step
}

export const world: World = { me: null, status: null, online: true, ready: false, turn: 0, settingUp: false };
export let turns = 0;      // how often the status was asked for
const listeners = new Set<() => void>();

export function changed(): void {
	listeners.forEach(f => f());
}

export function useWorld(): World {
	const [, again] = useState(0);
	useEffect(() => {
		const f = () => again(n => n + 1);
		listeners.add(f);
		return () => { listeners.delete(f); };
	}, []);
	return world;
}

export const can = (...roles: string[]) =>
	!!world.me && !!world.me.staff && roles.some(r => world.me!.staff!.roles.indexOf(r) >= 0);
export const isHub = () => !!world.status && world.status.role === 'hub';

export function setOnline(online: boolean): void {
	if (world.online !== online) {
		world.online = online;
		changed();
	}
}

export async function refreshStatus(): Promise<void> {
	const turn = ++turns;
	try {
		const sent = Date.now();
		world.status = await get('status');
		world.turn = turn;
		// Half of the way there and back: good enough for a wall clock.
		setHostClock(world.status!.now_ms + (Date.now() - sent) / 2);
		world.online = true;
		db.put('cache', 'status', world.status);
	} catch (e) {
		world.online = !(e instanceof Refusal && e.status === 0);
		if (!world.status) world.status = await db.take('cache', 'status') || null;
	}
	changed();
}

export async function refreshMe(): Promise<void> {
	try {
		world.me = await get('me');
		db.put('cache', 'me', world.me);
	} catch (e) {
		// Without the host the person who was signed in goes on tapping; the host decides later.
		if (!world.me) world.me = await db.take('cache', 'me') || null;
	}
	changed();
}

export async function signIn(staff: string, pin: string): Promise<void> {
	const before = world.me && world.me.staff && world.me.staff.id;
	world.me = await post('sign-in', { staff, pin });
	// What one person may see is not left for the next.
	if (before !== (world.me!.staff && world.me!.staff.id)) await db.clear('cache');
	db.put('cache', 'me', world.me);
	db.put('cache', 'status', world.status);
	changed();
	fetchAhead();
}

export async function signOut(): Promise<void> {
	await post('sign-out');
	await db.clear('cache');
	await refreshMe();
}

export interface Seen {
	rows: Row[] | null; // null: not known yet
	stale: boolean;     // from the phone's memory, the host did not answer
	at_ms: number;      // when the host gave them; 0: from the phone's memory
	error: Refusal | null;
	more?: boolean;     // there are more rows than the view gives at most
	reload: () => void;
}

// The rows of a view: at once from the phone, then from the host; again every `every_s`.
export function useView(name: string | null, params: Params = {}, every_s = 0): Seen {
	const path = name && viewPath(name, params);
	const [seen, set] = useState<{ path: string | null; rows: Row[] | null; stale: boolean; error: Refusal | null; at_ms: number; more?: boolean }>(
		{ path: null, rows: null, stale: false, error: null, at_ms: 0 });
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		if (!path) return undefined;
		let live = true;
		let fresh = false;
		const load = async () => {
			try {
				const at_ms = now_ms();
				const { rows, more } = await get(path);
				fresh = true;
				setOnline(true);
				if (live) set({ path, rows, more, stale: false, error: null, at_ms });
				db.put('cache', path, rows);
			} catch (e) {
				const error = e as Refusal;
				if (error.status === 0) setOnline(false);
				if (error.status === 401) refreshMe();
				if (live) set(s => ({ path, rows: s.path === path ? s.rows : null, stale: true, error, at_ms: s.at_ms }));
			}
		};
		db.take('cache', path).then(rows => {
			if (live && !fresh && rows) set(s => s.path === path && s.rows ? s : { path, rows, stale: true, error: s.error, at_ms: 0 });
		});
		load();
		const timer = every_s ? window.setInterval(() => { if (!document.hidden) load(); }, every_s * 1000) : 0;
		const onShow = () => { if (!document.hidden) load(); };
		document.addEventListener('visibilitychange', onShow);
		return () => {
			live = false;
			clearInterval(timer);
			document.removeEventListener('visibilitychange', onShow);
		};
	}, [path, turn]);
	const mine = seen.path === path;
	return {
		rows: mine ? seen.rows : null, stale: mine && seen.stale, error: mine ? seen.error : null,
		at_ms: mine ? seen.at_ms : 0, more: mine && !!seen.more,
		reload: () => setTurn(n => n + 1),
	};
}

// What must be at hand without the machine: whom to dial, what to do, who the children are.
export async function fetchAhead(): Promise<void> {
	if (!world.me || !world.me.staff || isHub()) return;
	const date = today();
	const paths = [1, 2, 3, 4, 5, 6, 9].map(kind => viewPath('emergency', { kind, date })).concat(viewPath('pupils'), viewPath('groups'), viewPath('mixed_groups'), viewPath('sites'), viewPath('staff'));
	try {
		for (const path of paths) await db.put('cache', path, (await get(path)).rows);
	} catch (e) {
		// The next start of the page tries again.
	}
}
