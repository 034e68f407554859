// What the flows share: the county's program, the school's machine with a clock that is set,
// browsers, checks. Prints TAP.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

export const env = process.env;
export const require = createRequire(env.WEB_NPM + '/');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const shots = path.join(env.BUILDDIR, 'gen', 'shots');
export const work = fs.mkdtempSync(path.join(os.tmpdir(), 'kehou-pages.'));
const PORT = 8600 + process.pid % 300;
export const base = `http://127.0.0.1:${PORT}/`;
export const PIN = '246810';
export const SCHOOL = '3141018501';
export const GRP = 202401; // 三年级1班 of the school year 2026
export const BIG = 202402; // a class of 45
export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1366, height: 768 };
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN'];
const contexts = [];
const left = new Set(); // processes that are still to be ended
let number = 1; // the types were first: run.sh
let failed = 0;

// --- tests ---------------------------------------------------------------------------
export async function test(name, body, needed = false) {
	number++;
	const began = Date.now();
	try {
		await body();
		console.log(`ok ${number} - ${name}`);
		console.log(`# ${Date.now() - began} ms`);
	} catch (e) {
		failed++;
		String(e.stack || e).split('\n').slice(0, 12).forEach(line => console.log('#', line));
		console.log(`not ok ${number} - ${name}`);
		await Promise.all(contexts.map((c, i) => c.pages()[0].screenshot({ path: path.join(shots, `failed-${number}-${i}.png`) }).catch(() => 0)));
		if (needed) throw new Error('the rest needs this step');
	}
}
export function skipped(name, why) {
	console.log(`ok ${++number} - ${name} # SKIP ${why}`);
}
export function same(found, wanted, what) {
	if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
export async function finish(error) {
	if (error) {
		console.log('#', error.message);
		if (!failed) {
			failed++;
			console.log(`not ok ${++number} - the run itself`);
		}
	}
	console.log(`1..${number}`);
	for (const c of contexts) await c.close().catch(() => 0);
	for (const p of left) p.kill('SIGKILL');
	fs.rmSync(work, { recursive: true, force: true });
	for (const name of clocks()) if (!clocksBefore.has(name)) fs.rmSync('/dev/shm/' + name, { force: true });
	return failed ? 1 : 0;
}

// --- the clock -------------------------------------------------------------------------
// The machine's and the county's clock stand where the flow wants them, whatever the day is.
const faketime = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].flatMap(d => fs.existsSync(d) ? [d, ...fs.readdirSync(d).map(n => path.join(d, n))] : [])
	.map(d => path.join(d, 'faketime', 'libfaketimeMT.so.1')).find(f => fs.existsSync(f));
export const haveClock = !!faketime;
// What libfaketime leaves behind of processes that have ended.
const clocks = () => !fs.existsSync('/dev/shm') ? [] : fs.readdirSync('/dev/shm').filter(n => /faketime_s(hm|em)_\d+$/.test(n) && !fs.existsSync('/proc/' + n.replace(/.*_/, '')));
const clocksBefore = new Set(clocks());
let offset_s = 0;
export function setClock(local) {
	offset_s = Math.round((Date.parse(local + '+08:00') - Date.now()) / 1000);
}
export const clock_ms = () => Date.now() + offset_s * 1000;
export const dateOf = ms => new Date(ms + 8 * 3600000).toISOString().slice(0, 10);
export const today = () => dateOf(clock_ms());
const faked = () => ({ ...env, LD_PRELOAD: faketime, FAKETIME: (offset_s < 0 ? '' : '+') + offset_s, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' });

// --- the county's side, by the program ---------------------------------------------------
export const hubDir = path.join(work, 'hub');
export const stick = path.join(work, 'stick');
const secret = path.join(work, 'secret');
export const sticks = path.join(work, 'sticks'); // folders in it stand for sticks in the machine
export const kehou = (...args) => kehouGiven(secret, ...args);
// With what a file holds at descriptors 3 and 4.
export const kehouGiven = (given, ...args) => {
	try {
		return execFileSync('/bin/sh', ['-c', 'exec "$0" "$@" 3<' + given + ' 4<' + given, env.KEHOU, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: faked() });
	} catch (e) {
		if (e.status === 3) return e.stdout; // a part is held: the test says what it expects
		throw new Error(args.join(' ') + ': ' + e.stderr);
	}
};
// The demonstration's plan, with phases that a test reaches.
export const plan = () => {
	const p = JSON.parse(fs.readFileSync(env.SRCDIR + '/tests/data/demo/policy.json', 'utf8'));
	p.terms = [{ from: '2026-09-01', until: '2027-01-29' }];
	p.phases = [{ code: 1, title: '基本看护' }, { code: 2, title: '应托尽托', quantity: 1 }, { code: 3, title: '特色活动', quantity: 1 }];
	return p;
};
export function publish(p) {
	const file = path.join(work, `policy-${p.version}.json`);
	fs.writeFileSync(file, JSON.stringify(p));
	kehou('-D', hubDir, 'policy', 'publish', file);
}
export function county() {
	fs.writeFileSync(secret, PIN + '-county\n');
	fs.mkdirSync(stick);
	fs.mkdirSync(sticks);
	kehou('-D', hubDir, 'init', 'hub', '--county', '410185', '--name', '登封市', '--root-copy', work + '/a', '--root-copy', work + '/b', '--passphrase-fd', '4');
	kehou('-D', hubDir, 'invite', '--school', SCHOOL, '--name', '告成镇冶上教学点', '--class', '220', '--kind', '4', '-o', work + '/school.khi');
	kehou('-D', hubDir, 'invite', '--school', '3141018502', '--name', '寨东小学', '--class', '220', '--kind', '1', '-o', work + '/other.khi');
	publish(plan());
}

// --- the school's machine ----------------------------------------------------------------
const daemon = path.join(env.BUILDDIR, 'node', 'kehoud');
let host = null;
export async function startHost(data = path.join(work, 'school')) {
	({ process: host } = await serve(data, PORT));
}
export const killHost = () => killed(host);
// A machine beside the school's: its address, and the process.
export async function serve(data, port = 0) {
	const process = spawn(daemon, ['-D', data, '--listen', `127.0.0.1:${port}`, '--sticks', sticks], { stdio: ['ignore', 'pipe', 'pipe'], env: faked() });
	left.add(process);
	process.stdout.resume();
	const address = await new Promise((resolve, reject) => {
		let said = '';
		process.stderr.on('data', d => {
			said += d;
			const found = said.match(/listening on (http:[^\s]+)/);
			if (found) resolve(found[1] + '/');
		});
		process.once('exit', () => reject(new Error('the machine did not start: ' + said)));
	});
	return { process, address };
}
export async function killed(process) {
	const gone = new Promise(resolve => process.once('exit', resolve));
	process.kill('SIGKILL');
	await gone;
	left.delete(process);
}
// Killed, and at another time of the day there again.
export async function moveTo(local) {
	await killHost();
	setClock(local);
	await startHost();
}

// --- browsers ----------------------------------------------------------------------------
export const contextsOf = () => contexts;
export async function device(size) {
	const context = await chromium.launchPersistentContext(fs.mkdtempSync(work + '/browser'), { executablePath: env.CHROMIUM, headless: true, args: FLAGS, viewport: size, acceptDownloads: true, locale: 'zh-CN' });
	contexts.push(context);
	const page = context.pages()[0];
	page.setDefaultTimeout(60000);
	page.problems = [];
	page.on('pageerror', e => page.problems.push(String(e.stack)));
	await page.goto(base);
	return page;
}
export async function signIn(page, name) {
	await page.goto(base + '#/who');
	await page.waitForSelector('h1:has-text("登录")');
	if (await page.locator('.person', { hasText: name }).count()) await page.click(`.person:has-text("${name}")`);
	else {
		if (await page.locator('.person.other').count()) await page.click('.person.other');
		await page.getByLabel('姓名').fill(name);
	}
	await page.getByLabel('PIN 码').fill(PIN);
	await page.click('button[type=submit]');
	await page.waitForSelector('h1:has-text("今日")');
}
// After a restart: where the machine forgot who was signed in, once more.
export async function back(page, name) {
	await page.goto(base + '#/more');
	await page.reload();
	await page.waitForSelector('h1:has-text("登录"), h1:has-text("更多")');
	if (await page.locator('h1:has-text("登录")').count()) await signIn(page, name);
}
export const view = (page, query) => page.evaluate(q => fetch('/api/v1/view/' + q).then(async r => r.ok ? (await r.json()).rows : Promise.reject(new Error(q + ' ' + r.status + ' ' + await r.text()))), query);
export const call = (page, name, args) => page.evaluate(([n, a]) => fetch('/api/v1/command/' + n, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ request_id: 'test-' + Math.random(), args: a }) }).then(r => r.ok ? r.json() : r.text().then(x => Promise.reject(new Error(n + ' ' + x)))), [name, args]);
export const open = async (page, hash, heading) => {
	await page.goto(base + '#/' + hash);
	if (heading) await page.waitForSelector(`h1:has-text("${heading}")`);
};
export const settled = page => page.waitForFunction(() => document.querySelector('h1') && !/正在读取|正在打开|Reading…|Opening…/.test(document.body.innerText));
// Nothing of this device waits: the host has everything.
export const arrived = page => page.waitForFunction(() => document.querySelector('.facts') && !document.querySelector('.fact.phone'));
// The host says so, soon.
export async function until(read, wanted, what) {
	const end = Date.now() + 60000;
	for (;;) {
		const found = await read();
		if (JSON.stringify(found) === JSON.stringify(wanted) || Date.now() > end) return same(found, wanted, what);
	}
}
export const marksOf = async (page, grp) => (await view(page, `rollcall_sheet?date=${today()}&slot=2&site=0&grp=${grp}`)).filter(r => r.state);

// Down with everything that the page has to carry, over to the county, and its answer back.
export async function exchange(page, before) {
	fs.rmSync(stick, { recursive: true, force: true });
	fs.mkdirSync(stick + '/KEHOU', { recursive: true });
	await open(page, 'today', '今日'); // so that the page tells of this time only
	await open(page, 'exchange', '上报与U盘');
	const downloads = [];
	const keep = d => downloads.push(d);
	page.on('download', keep);
	await page.click('button:has-text("下载待上报的文件")');
	await page.waitForSelector('.log a[download]');
	const wanted = await page.locator('.log a[download]').count();
	while (downloads.length < wanted) await page.waitForEvent('download');
	page.off('download', keep);
	for (const d of downloads) await d.saveAs(path.join(stick, 'KEHOU', d.suggestedFilename()));
	kehou('-D', hubDir, 'import', '--from', stick);
	if (before) before();
	kehou('-D', hubDir, 'export', '--to', stick, '--all');
	const answers = fs.readdirSync(stick + '/KEHOU').map(n => path.join(stick, 'KEHOU', n));
	await page.setInputFiles('#bring', answers);
	await page.waitForSelector('.note:has-text("读入")');
}

// --- looking -------------------------------------------------------------------------------
export async function picture(page, name) {
	const size = page.viewportSize();
	for (const [at, suffix] of [[PHONE, 'phone'], [DESK, 'desk']]) {
		await page.setViewportSize(at);
		await page.evaluate(() => window.scrollTo(0, 0)); // the head of the page belongs to it
		await page.waitForTimeout(60); // layout after a resize; nothing is asserted on it
		await page.screenshot({ path: path.join(shots, `${name}-${suffix}.png`) });
	}
	await page.setViewportSize(size);
}
// Of a long table five rows.
export async function audit(page) {
	if (!await page.evaluate(() => !!window.axe)) await page.evaluate(axe);
	return page.evaluate(async () => (await window.axe.run({ include: [['html']], exclude: [['tbody tr:nth-child(n+6)']] }, { resultTypes: ['violations'] })).violations
		.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 90)).join(' | ')));
}
export async function look(page, name) {
	await picture(page, name);
	same(await audit(page), [], 'axe on ' + name);
}
export const small = page => page.evaluate(() => Array.from(document.querySelectorAll('button,select,input,textarea,a.button,a.child,a.session,a.tel,a.fact,a.back,.note p > a:only-child,.item a,.links a,nav a,summary'))
	.filter(e => e.offsetParent && e.type !== 'checkbox' && e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML.slice(0, 90)));
export const wide = page => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth ? [`${document.documentElement.scrollWidth} px wide`] : []);
// A page as it is printed; returns how many pages of A4.
export async function printed(page, name) {
	const pdf = await page.pdf({ path: path.join(shots, name + '.pdf'), format: 'A4', printBackground: true });
	return (pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) || []).length;
}
// Rows of the first sheet of an .xlsx, as they are in its XML.
export function sheet(file) {
	const read = name => execFileSync('python3', ['-c', 'import sys,zipfile;sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))', file, name], { encoding: 'utf8' });
	const text = x => x.replace(/<[^>]*>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
	const shared = (read('xl/sharedStrings.xml').match(/<si>.*?<\/si>/gs) || []).map(text);
	return (read('xl/worksheets/sheet1.xml').match(/<row .*?<\/row>/gs) || []).map(row => (row.match(/<c [^>]*?(\/>|>.*?<\/c>)/gs) || []).map(c => {
		const v = (c.match(/<v>(.*?)<\/v>/) || [])[1];
		return v === undefined ? '' : / t="s"/.test(c) ? shared[Number(v)] : Number(v);
	}));
}
