// Taps that must not be lost: each is on the phone before the screen says so, goes to the
// host in order, and is idempotent by its request_id, so that sending it twice is safe.
// 已存手机 → 已到学校主机 → 县中心已确认.
import { useEffect, useState } from 'preact/hooks';
import { command, newRequestId, Refusal, Row } from './api';
import * as db from './db';
import type { Item } from './db';
import { refreshMe, refreshStatus, setOnline, turns, world } from './state';
import { now_ms } from './time';

let list: Item[] = [];
export let known = false; // what was kept on this phone has been read
let flushing = false;
let again = false;
let wait_ms = 0;
let timer = 0;
const listeners = new Set<() => void>();
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30000;
const KEPT_MS = 3 * 86400000; // what the county has confirmed stays in the list so long

const tell = () => listeners.forEach(f => f());

export function useOutbox(): Item[] {
	const [, turn] = useState(0);
	useEffect(() => {
		const f = () => turn(n => n + 1);
		listeners.add(f);
		return () => { listeners.delete(f); };
	}, []);
	return list;
}

export const onPhone = () => list.filter(i => i.state === 'phone');
export const refused = () => list.filter(i => i.state === 'refused');

export async function start(): Promise<void> {
	list = await db.items();
	for (const item of list) item.turn = 0;
	known = true;
	const old = list.filter(i => i.state === 'county' && now_ms() - i.made_ms > KEPT_MS);
	for (const item of old) await db.dropItem(item.seq!);
	list = list.filter(i => old.indexOf(i) < 0);
	window.addEventListener('online', () => flush(true));
	document.addEventListener('visibilitychange', () => { if (!document.hidden) flush(true); });
	tell();
	flush(true);
}

// Resolves when the tap is stored on the phone. An argument '@' + request_id stands for the
// first number that the host gives back to that earlier tap.
export async function send(name: string, args: Row, about: string): Promise<Item> {
	const staff = world.me && world.me.staff;
	const item: Item = {
		request_id: newRequestId(), command: name, args, about, staff: staff ? staff.id : '',
		staff_name: staff ? staff.name : '', made_ms: now_ms(), state: 'phone',
	};
	item.seq = await db.addItem(item);
	list = list.concat(item);
	tell();
	flush(true);
	return item;
}

// The arguments with what the host answered to earlier taps; null: not answered yet.
function resolved(item: Item): Row | null {
	const args: Row = {};
	for (const k of Object.keys(item.args)) {
		const v = item.args[k];
		args[k] = v;
		if (typeof v !== 'string' || v[0] !== '@') continue;
		const earlier = list.filter(i => i.request_id === v.slice(1))[0];
		if (!earlier || !earlier.answer) return null;
		args[k] = earlier.answer[k];
	}
	return args;
}

async function keep(item: Item, change: Partial<Item>): Promise<void> {
	Object.assign(item, change);
	await db.putItem(item);
	tell();
}

function sleepThenFlush(least_ms: number): void {
	wait_ms = Math.max(least_ms, Math.min(LONGEST_WAIT_MS, wait_ms ? wait_ms * 2 : FIRST_WAIT_MS));
	clearTimeout(timer);
	timer = window.setTimeout(() => flush(false), wait_ms * (0.75 + Math.random() / 2));
}

// One after another, in the order of the taps. A rule's refusal is shown and does not
// block what comes after it; no answer at all stops the run until later.
async function flushOnce(): Promise<void> {
	const me = world.me && world.me.staff;
	for (const item of list.slice()) {
		if (item.state !== 'phone' || (item.staff && (!me || me.id !== item.staff))) continue;
		const args = resolved(item);
		if (!args) continue;
		try {
			const answer = await command(item.command, args, item.request_id);
			setOnline(true);
			wait_ms = 0;
			await keep(item, { state: 'host', args, life: answer.life, turn: turns,
				host_ms: now_ms(), taken_ms: Math.max(item.taken_ms || 0, answer.now_ms), answer: answer.rows && answer.rows[0], emptied: answer.emptied, error: undefined });
		} catch (e) {
			const error = e as Refusal;
			if (!(e instanceof Refusal) || error.later) {
				if (error.status === 0) setOnline(false);
				sleepThenFlush((error.retry_s || 0) * 1000);
				return;
			}
			if (error.status === 401) {
				await refreshMe(); // the person signs in again, then it goes on
				return;
			}
			await keep(item, { state: 'refused', error: error.message, next: error.next });
		}
	}
}

export async function flush(now: boolean): Promise<void> {
	if (now) wait_ms = 0;
	if (flushing) {
		again = true;
		return;
	}
	flushing = true;
	do {
		again = false;
		await flushOnce();
	} while (again);
	flushing = false;
	await refreshStatus();
	await confirm();
}

// Confirmed by the county: the machine that took it still is the same, and nothing of it
// waits by a status that was asked for after its answer, or the county confirmed up to a
// later time, both by the machine's clock. One that was put back, or another in its place,
// may lack what the one before took: that is sent again, and what it knows, the same
// request_id changes nothing.
export async function confirm(): Promise<void> {
	const status = world.status;
	if (!status || !status.life || !world.turn || !world.online) return;
	const all = status.waiting === 0 && !status.stored_only && !status.exceptions && status.confirmed_s > 0;
	let lost = false;
	for (const item of list) {
		if (item.state !== 'host') continue;
		if (item.life !== status.life) {
			lost = true;
			await keep(item, { state: 'phone' });
		} else if ((all && world.turn > item.turn!) || status.confirmed_s * 1000 > item.taken_ms!)
			await keep(item, { state: 'county' });
	}
	if (lost) flush(true);
}

export async function retry(item: Item): Promise<void> {
	await keep(item, { state: 'phone', error: undefined });
	flush(true);
}

// Somebody else at this phone sends it in their own name.
export async function adopt(item: Item): Promise<void> {
	const staff = world.me!.staff!;
	await keep(item, { staff: staff.id, staff_name: staff.name });
	flush(true);
}

export async function discard(item: Item): Promise<void> {
	await db.dropItem(item.seq!);
	list = list.filter(i => i !== item);
	tell();
}
