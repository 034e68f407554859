// The daemon's interface (docs/api.md): one place that speaks HTTP.
import { getLang, t } from './words';

export type Cell = string | number | null;
export type Row = { [column: string]: any };

// An answer that is no success. status 0: no answer at all.
export class Refusal extends Error {
	constructor(public status: number, public code: string, message: string,
		public safe: boolean, public next: string, public retry_s: number) {
		super(message);
		Object.setPrototypeOf(this, Refusal.prototype);
	}
	// The same call may succeed later without anybody doing anything.
	get later(): boolean {
		return this.status === 0 || this.status === 429 || this.status >= 500;
	}
}

const TIMEOUT_MS = 20000;

function noAnswer(): Refusal {
	return new Refusal(0, 'OFFLINE', t('连不上学校主机。', "The school's machine does not answer."),
		true, t('已记的都在手机上，连上后自动送到。', 'What you entered is on this device and goes on by itself.'), 0);
}

function deadline(controller: { abort: () => void } | null): number {
	return window.setTimeout(() => controller && controller.abort(), TIMEOUT_MS);
}

async function refusalOf(answer: Response): Promise<Refusal> {
	let said: Row = {};
	try {
		said = await answer.json();
	} catch (e) {
		// A proxy's page, or a body cut short.
	}
	return new Refusal(answer.status, said.code || 'HTTP_' + answer.status,
		said.message || t('主机没有办成（' + answer.status + '）。', 'The machine could not do it (' + answer.status + ').'),
		said.data_safe !== false, said.next || '', Number(answer.headers.get('Retry-After')) || 0);
}

export async function request(method: string, path: string, body?: any, timeout = true): Promise<Response> {
	const controller = typeof AbortController === 'undefined' ? null : new AbortController();
	const timer = timeout ? deadline(controller) : 0;
	const headers: { [name: string]: string } = { 'Accept-Language': getLang() };
	const binary = body instanceof Blob;
	if (body !== undefined) headers['Content-Type'] = binary ? 'application/octet-stream' : 'application/json';
	let answer: Response;
	try {
		answer = await fetch('/api/v1/' + path, {
			method, headers, credentials: 'same-origin', cache: 'no-store',
			body: body === undefined ? undefined : binary ? body : JSON.stringify(body),
			signal: controller ? controller.signal : undefined,
		});
	} catch (e) {
		throw noAnswer();
	} finally {
		clearTimeout(timer);
	}
	if (!answer.ok) throw await refusalOf(answer);
	return answer;
}

async function json(answer: Response): Promise<any> {
	try {
		const text = await answer.text();
		return text ? JSON.parse(text) : {};
	} catch (e) {
		throw noAnswer(); // cut short: the host repeats its answer to the same request_id
	}
}

export const get = async (path: string) => json(await request('GET', path));
// timeout false: a stick may take its time.
export const post = async (path: string, body?: any, timeout = true) => json(await request('POST', path, body === undefined ? {} : body, timeout));
export const upload = async (path: string, body: Blob) => json(await request('POST', path, body, false));

export type Params = { [name: string]: Cell | undefined };

export function query(params: Params): string {
	const parts = Object.keys(params).filter(k => params[k] !== undefined && params[k] !== null && params[k] !== '')
		.map(k => encodeURIComponent(k) + '=' + encodeURIComponent(String(params[k])));
	return parts.length ? '?' + parts.join('&') : '';
}

export const viewPath = (name: string, params: Params = {}) => 'view/' + name + query(params);

// 128 random bits: crypto.randomUUID is missing on a plain-HTTP address.
export function newRequestId(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, b => (b < 16 ? '0' : '') + b.toString(16)).join('');
}

export interface Answer {
	changed: number;
	rows: Row[];
	life: string;    // which database it is in: another one after a restore
	now_ms: number;  // host's clock
	conflict?: boolean;
	emptied?: boolean; // words about somebody erased were not kept
}

// base: the version of the row that the person saw; where it has changed since, nothing is written.
export const command = (name: string, args: Row, request_id = newRequestId(), base?: string): Promise<Answer> =>
	post('command/' + name, base ? { request_id, base, args } : { request_id, args });
