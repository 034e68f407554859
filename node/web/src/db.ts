// What the phone keeps: the outbox, drafts, and the last answer of each view.
// IndexedDB is there on a plain-HTTP address; where it is not (a private window of some
// browsers) everything lives in memory and the page says so.
import type { Row } from './api';

export interface Item {
	seq?: number;          // order of taps on this phone
	request_id: string;
	command: string;
	args: Row;
	about: string;         // what the list of waiting taps calls it
	staff: string;         // who tapped
	staff_name: string;
	made_ms: number;
	state: 'phone' | 'host' | 'county' | 'refused';
	host_ms?: number;      // when it had answered, by the host's clock as this phone knows it
	taken_ms?: number;     // … as the host said, at the latest
	life?: string;         // of the database that answered: another one may not have it
	turn?: number;         // the last status that was asked for before the answer
	answer?: Row;          // first row that the host gave back
	emptied?: boolean;     // … without words about somebody erased
	error?: string;
	next?: string;
}

type StoreName = 'outbox' | 'cache' | 'draft';
const memory: { [store: string]: Map<any, any> } = { outbox: new Map(), cache: new Map(), draft: new Map() };
let memorySeq = 0;
let opened: Promise<IDBDatabase | null> | null = null;
export let lasting = true; // false: a reload forgets

function open(): Promise<IDBDatabase | null> {
	if (opened) return opened;
	opened = new Promise(resolve => {
		const forget = () => {
			lasting = false;
			resolve(null);
		};
		let asked: IDBOpenDBRequest;
		try {
			asked = indexedDB.open('kehou', 1);
		} catch (e) {
			forget();
			return;
		}
		asked.onupgradeneeded = () => {
			asked.result.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
			asked.result.createObjectStore('cache');
			asked.result.createObjectStore('draft');
		};
		asked.onsuccess = () => resolve(asked.result);
		asked.onerror = forget;
		asked.onblocked = forget;
	});
	return opened;
}

// Resolves when the transaction is on disk, not when the request is done.
async function run<T>(store: StoreName, mode: IDBTransactionMode,
	work: (s: IDBObjectStore) => IDBRequest | void, inMemory: () => T): Promise<T> {
	const db = await open();
	if (!db) return inMemory();
	return new Promise<T>((resolve, reject) => {
		const tx = db.transaction(store, mode);
		const asked = work(tx.objectStore(store));
		tx.oncomplete = () => resolve(asked ? asked.result : undefined as any);
		tx.onerror = () => reject(tx.error);
		tx.onabort = () => reject(tx.error);
	});
}

export function put(store: 'cache' | 'draft', key: string, value: any): Promise<void> {
	return run<void>(store, 'readwrite', s => { s.put(value, key); }, () => { memory[store].set(key, value); });
}
export function take(store: 'cache' | 'draft', key: string): Promise<any> {
	return run<any>(store, 'readonly', s => s.get(key), () => memory[store].get(key));
}
export function drop(store: 'cache' | 'draft', key: string): Promise<void> {
	return run<void>(store, 'readwrite', s => { s.delete(key); }, () => { memory[store].delete(key); });
}
export function keys(store: 'cache' | 'draft'): Promise<string[]> {
	return run<any>(store, 'readonly', s => s.getAllKeys(), () => Array.from(memory[store].keys()));
}
export function clear(store: StoreName): Promise<void> {
	return run<void>(store, 'readwrite', s => { s.clear(); }, () => memory[store].clear());
}

export function addItem(item: Item): Promise<number> {
	return run<number>('outbox', 'readwrite', s => s.add(item), () => {
		memory.outbox.set(++memorySeq, { ...item, seq: memorySeq });
		return memorySeq;
	});
}
export function putItem(item: Item): Promise<void> {
	return run<void>('outbox', 'readwrite', s => { s.put(item); }, () => { memory.outbox.set(item.seq, item); });
}
export function dropItem(seq: number): Promise<void> {
	return run<void>('outbox', 'readwrite', s => { s.delete(seq); }, () => { memory.outbox.delete(seq); });
}
// getAll and getAllKeys are there from Chrome 48.
export function items(): Promise<Item[]> {
	return run<Item[]>('outbox', 'readonly', s => s.getAll(), () => Array.from(memory.outbox.values()));
}
