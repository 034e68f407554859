// A machine of the school for the tests of the pages: docs/api.md over the program kehou,
// one call after another, nothing kept but the sessions. Where the build has kehoud the
// tests can be run against it instead (KEHOUD=PROGRAM, see pages.mjs).
//
//	node host.mjs KEHOU DATA-DIR PORT WEB-DIR
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const [kehou, dir, port, web] = process.argv.slice(2);
const sessionsFile = dir + '.sessions';
const sessions = fs.existsSync(sessionsFile) ? JSON.parse(fs.readFileSync(sessionsFile, 'utf8')) : {};
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kehou-host.'));
const ROLES = ['teacher', 'head', 'guard', 'clerk', 'lead', 'auditor'];
const plans = {};
let queue = Promise.resolve();
let head = null; // name and PIN of the first who signed in: the staff list needs somebody

class Failure extends Error {
	constructor(status, body) {
		super(body.message);
		this.status = status;
		this.body = body;
	}
}
const refuse = (status, code, message) => new Failure(status, { code, message, data_safe: true, next: '' });

function runNow(args, who, lang) {
	return new Promise((resolve, reject) => {
		const pin = path.join(scratch, 'pin');
		fs.writeFileSync(pin, (who ? who.pin : '') + '\n');
		const all = ['-D', dir, '--lang', lang || 'zh', '--json', ...(who ? ['--as', who.name, '--pin-fd', '3'] : []), ...args];
		execFile('/bin/sh', ['-c', 'exec "$0" "$@" 3<' + pin, kehou, ...all], { maxBuffer: 1 << 26, encoding: 'utf8' }, (error, out, err) => {
			const code = error ? error.code : 0;
			let said = null;
			for (const text of [out, err]) try {
				said = said || JSON.parse(text);
			} catch (e) {
				// Words for people; the other stream has the object.
			}
			if (code === 0 || code === 3 && out.trim()) resolve(said);
			else {
				const body = said && said.code ? said : { code: 'EXIT_' + code, message: (err || out).trim(), data_safe: true, next: '' };
				reject(new Failure(body.code === 'USAGE.sign_in' ? 401 : code === 5 || code === 11 ? 503 : /^USAGE\.(view|command)_unknown/.test(body.code) ? 404 : 409, body));
			}
		});
	});
}
const run = (args, who, lang) => (queue = queue.then(() => runNow(args, who, lang), () => runNow(args, who, lang)));
const file = (name, body) => {
	const at = path.join(scratch, path.basename(name) || 'file');
	fs.writeFileSync(at, body);
	return at;
};
const isSetUp = () => fs.existsSync(path.join(dir, 'kehou.db'));
const fields = rows => Object.fromEntries(rows.map(r => [r.name, r.text]));
const history = [];

async function people() {
	if (!head) return [];
	return (await run(['show', 'staff'], head)).filter(s => s.active);
}

async function me(who) {
	const staff = isSetUp() ? await run(['show', 'staff']).catch(() => people()) : [];
	return { staff: who ? { id: who.id, name: who.name, roles: who.roles } : null, first: isSetUp() && !staff.length && !head,
		people: head ? staff.map(s => ({ id: String(s.staff), name: s.name })) : [] };
}

async function signIn(answer, { staff, pin }) {
	// The PIN is proved by a call that needs it.
	const known = head ? (await people()).find(s => String(s.staff) === staff || s.name === staff) : { name: staff };
	if (!known) throw refuse(401, 'USAGE.sign_in', '姓名或 PIN 码不对。');
	const mine = (await run(['show', 'staff'], { name: known.name, pin })).find(s => s.name === known.name);
	const who = { id: String(mine.staff), name: mine.name, pin, roles: ROLES.filter((_, i) => mine.roles & 1 << i) };
	if (!head || who.roles.includes('head')) head = who;
	const cookie = Math.random().toString(36).slice(2);
	sessions[cookie] = who;
	fs.writeFileSync(sessionsFile, JSON.stringify(sessions));
	answer.setHeader('Set-Cookie', `kehou=${cookie}; HttpOnly; SameSite=Strict; Path=/`);
	return me(who);
}

async function status() {
	if (!isSetUp()) return { setup: true, version: 'test', now_ms: Date.now() };
	const s = await run(['status']);
	const second = ms => Math.floor((ms || 0) / 1000);
	return { setup: false, role: s.role, school: String(s.scope), name: fs.existsSync(dir + '.name') ? fs.readFileSync(dir + '.name', 'utf8') : '', county: '登封市', version: 'test', now_ms: Date.now(),
		saved: s.transactions, waiting: s.waiting, stored_only: s.stored_only, confirmed_s: second(s.confirmed_ms), receipt_s: second(s.receipt_ms),
		exceptions: s.exceptions, certified: s.certified, held: s.held, inbox: s.inbox, roster: s.roster, last_export_s: second(s.last_export_ms), last_import_s: second(s.last_import_ms),
		network: {}, sticks: [] };
}

async function files() {
	const out = path.join(scratch, 'out');
	fs.mkdirSync(out, { recursive: true });
	await run(['export', '--to', out]);
	const folder = path.join(out, 'KEHOU');
	return fs.readdirSync(folder).map(name => ({ name, bytes: fs.statSync(path.join(folder, name)).size, for: 'county' }));
}

async function bring(name, body) {
	const folder = path.join(scratch, 'in' + Math.random(), 'KEHOU');
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, name), body);
	const a = await run(['import', '--from', path.dirname(folder)]);
	const outcome = a.refused ? 'refused' : a.merged ? 'merged' : a.known ? 'known' : 'merged';
	history.unshift({ at_ms: Date.now(), way: 'browser', direction: 'in', bundles: 1, transactions: a.transactions || 0, outcome, message: '' });
	return { outcome, transactions: a.transactions || 0, rows: a.rows || 0, held: a.held || 0, conflicts: 0 };
}

async function roster(call, url, body, who) {
	if (call === 'roster/plan') {
		const at = file(url.searchParams.get('name'), body);
		const plan = await run(['roster', 'import', '--dry-run', '--school-year', url.searchParams.get('year'), at], who);
		const token = Math.random().toString(36).slice(2);
		plans[token] = [at, url.searchParams.get('year')];
		return { token, columns: plan.columns, counts: plan.counts || countsOf(plan), rows: plan.rows };
	}
	const [at, year] = plans[JSON.parse(body).token];
	const done = await run(['roster', 'import', '--school-year', year, at], who);
	return { changed: 1, counts: done.counts || countsOf(done) };
}
const countsOf = p => Object.fromEntries(['new', 'changed', 'unchanged', 'doubtful', 'rejected'].filter(k => k in p).map(k => [k, p[k]]));

async function api(call, url, body, who, method, answer, lang) {
	if (call === 'status') return status();
	if (call === 'me') return me(who);
	if (call === 'sign-in') return signIn(answer, JSON.parse(body));
	if (call === 'sign-out') return answer.setHeader('Set-Cookie', 'kehou=; Path=/; Max-Age=0'), {};
	if (call === 'setup/inspect') {
		const f = fields(await run(['inspect', file('invitation.khi', body)]));
		return { county: f.county, county_name: f.county_name, school: f.school, school_name: f.school_name, valid: true };
	}
	if (call === 'setup/school') {
		const at = file('invitation.khi', body);
		fs.writeFileSync(dir + '.name', fields(await run(['inspect', at])).school_name);
		await run(['init', 'school', '--invite', at, '--recovery-out', path.join(scratch, 'recovery')]);
		return { recovery: fs.readFileSync(path.join(scratch, 'recovery'), 'utf8').trim() };
	}
	if (call === 'command/staff.add' && !head) return command('staff.add', JSON.parse(body), null, lang);
	if (!who) throw refuse(401, 'USAGE.sign_in', '请先登录。');
	if (call.startsWith('view/')) return { rows: await run(['show', call.slice(5), ...[...url.searchParams].map(([k, v]) => k + '=' + v)], who, lang) };
	if (call.startsWith('command/')) return command(call.slice(8), JSON.parse(body), who, lang);
	if (call === 'schema') return { commands: (await run(['commands'], null, lang)).map(c => ({ roles: [], ...c })), views: (await run(['views'], null, lang)).map(c => ({ roles: [], ...c })) };
	if (call === 'inbox') return { rows: await run(['show', 'inbox'], who) };
	if (call === 'exchange/files') return { files: await files() };
	if (call === 'exchange/history') return { rows: history };
	if (call.startsWith('exchange/file/') && method === 'GET') return fs.readFileSync(path.join(scratch, 'out', 'KEHOU', path.basename(call)));
	if (call.startsWith('exchange/file/')) return bring(path.basename(call), body);
	if (call.startsWith('roster/')) return roster(call, url, body, who);
	throw refuse(404, 'USAGE.path', call);
}

function command(name, { request_id, args }, who, lang) {
	// A PIN goes through a file, as the program wants it.
	const words = Object.entries(args).map(([k, v]) => k === 'pin' ? 'pin=@' + file('new-pin', v + '\n') : k + '=' + v);
	return run(['do', name, ...words, '--request-id', request_id], who, lang);
}

const page = fs.readFileSync(path.join(web, 'index.html'), 'utf8').replace(/\{\{([\w.-]+)\}\}/g, '/web/$1');
const types = { '.js': 'text/javascript', '.css': 'text/css' };

http.createServer((ask, answer) => {
	const parts = [];
	ask.on('data', d => parts.push(d));
	ask.on('end', async () => {
		const url = new URL(ask.url, 'http://host');
		const body = Buffer.concat(parts);
		try {
			if (url.pathname === '/') return answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'self'; img-src 'self' data: blob:" }).end(page);
			if (url.pathname.startsWith('/web/')) return answer.writeHead(200, { 'Content-Type': types[path.extname(url.pathname)] }).end(fs.readFileSync(path.join(web, path.basename(url.pathname))));
			const who = sessions[(/kehou=(\w+)/.exec(ask.headers.cookie || '') || [])[1]];
			const said = await api(decodeURIComponent(url.pathname.replace('/api/v1/', '')), url, body, who, ask.method, answer, (ask.headers['accept-language'] || 'zh').slice(0, 2));
			if (Buffer.isBuffer(said)) return answer.end(said);
			answer.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
		} catch (e) {
			answer.writeHead(e.status || 500, { 'Content-Type': 'application/json' }).end(JSON.stringify(e.body || { code: 'TEST', message: String(e.stack), data_safe: true, next: '' }));
		}
		return undefined;
	});
}).listen(Number(port), '127.0.0.1', () => console.log('serving'));
for (const who of Object.values(sessions)) if (who.roles.includes('head')) head = who;
