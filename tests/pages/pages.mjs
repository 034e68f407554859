// The pages of a real daemon in a browser, from the invitation to a chosen conflict. Prints TAP; puts a
// picture of every page into SHOTS. Each step is a test; a step that others need ends the run.
//
//	node pages.mjs   with KEHOU, BUILDDIR, SRCDIR, WEB_NPM, CHROMIUM set (make check-pages)
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const env = process.env;
const require = createRequire(env.WEB_NPM + '/');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const web = path.join(env.BUILDDIR, 'gen', 'web');
const shots = path.join(env.BUILDDIR, 'gen', 'shots');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'kehou-pages.'));
const PORT = 8600 + process.pid % 300;
const base = `http://127.0.0.1:${PORT}/`;
const PIN = '246810';
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1366, height: 768 };
const today = new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10);
const contexts = [];
let host = null;
let number = 1; // the types were first: run.sh
let failed = 0;

async function test(name, body, needed = false) {
	number++;
	try {
		await body();
		console.log(`ok ${number} - ${name}`);
	} catch (e) {
		failed++;
		String(e.stack || e).split('\n').slice(0, 12).forEach(line => console.log('#', line));
		console.log(`not ok ${number} - ${name}`);
		await Promise.all(contexts.map((c, i) => c.pages()[0].screenshot({ path: path.join(shots, `failed-${number}-${i}.png`) }).catch(() => 0)));
		if (needed) throw new Error('the rest needs this step');
	}
}
function same(found, wanted, what) {
	if (JSON.stringify(found) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

// --- the county's side, by the program ---------------------------------------------------
const hubDir = path.join(work, 'hub');
const stick = path.join(work, 'stick');
const secret = path.join(work, 'secret');
const kehou = (...args) => {
	try {
		return execFileSync('/bin/sh', ['-c', 'exec "$0" "$@" 3<' + secret + ' 4<' + secret, env.KEHOU, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	} catch (e) {
		if (e.status === 3) return e.stdout; // a part is held: the test says what it expects
		throw new Error(args.join(' ') + ': ' + e.stderr);
	}
};
function county() {
	fs.writeFileSync(secret, PIN + '-county\n');
	fs.mkdirSync(stick);
	kehou('-D', hubDir, 'init', 'hub', '--county', '410185', '--name', '登封市', '--root-copy', work + '/a', '--root-copy', work + '/b', '--passphrase-fd', '4');
	kehou('-D', hubDir, 'invite', '--school', '3141018501', '--name', '告成镇冶上教学点', '--class', '220', '--kind', '4', '-o', work + '/school.khi');
	// Whatever day the test runs on, it is one with school (调休): the list of a Sunday is another one.
	const plan = JSON.parse(fs.readFileSync(env.SRCDIR + '/tests/data/demo/policy.json', 'utf8'));
	plan.days.push({ day: today, kind: 1, name: '调休上课' });
	fs.writeFileSync(work + '/policy.json', JSON.stringify(plan));
	kehou('-D', hubDir, 'policy', 'publish', work + '/policy.json');
}

// --- the school's machine ----------------------------------------------------------------
const daemon = path.join(env.BUILDDIR, 'node', 'kehoud');
const stdio = ['ignore', 'pipe', 'pipe'];
async function startHost(data = path.join(work, 'school')) {
	host = spawn(daemon, ['-D', data, '--listen', `127.0.0.1:${PORT}`], { stdio });
	host.stdout.resume();
	let said = '';
	host.stderr.on('data', d => { said += d; });
	while (host.exitCode === null && !await fetch(base + 'api/v1/status').then(r => r.ok, () => false));
	if (host.exitCode !== null) throw new Error('the machine did not start: ' + said);
}
async function killHost() {
	const gone = new Promise(resolve => host.once('exit', resolve));
	host.kill('SIGKILL');
	await gone;
}

// --- browsers ----------------------------------------------------------------------------
async function device(size) {
	const context = await chromium.launchPersistentContext(fs.mkdtempSync(work + '/browser'), { executablePath: env.CHROMIUM, headless: true, args: FLAGS, viewport: size, acceptDownloads: true, locale: 'zh-CN' });
	contexts.push(context);
	const page = context.pages()[0];
	page.setDefaultTimeout(15000);
	page.problems = [];
	page.on('pageerror', e => page.problems.push(String(e.stack)));
	await page.goto(base);
	return page;
}
async function signIn(page, name) {
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
const view = (page, query) => page.evaluate(q => fetch('/api/v1/view/' + q).then(r => r.json()).then(a => a.rows), query);
const open = async (page, hash, heading) => {
	await page.goto(base + '#/' + hash);
	if (heading) await page.waitForSelector(`h1:has-text("${heading}")`);
};
// Nothing of this device waits: the host has everything.
const arrived = page => page.waitForFunction(() => !document.querySelector('.fact.phone'));
// The host says so, soon.
async function until(read, wanted, what) {
	const end = Date.now() + 15000;
	for (;;) {
		const found = await read();
		if (JSON.stringify(found) === JSON.stringify(wanted) || Date.now() > end) return same(found, wanted, what);
	}
}
const marksOf = async (page, grp) => (await view(page, `rollcall_sheet?date=${today}&slot=2&site=0&grp=${grp}`)).filter(r => r.state);

// Down with everything that the page has to carry, over to the county, and its answer back.
async function exchange(page, before) {
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
	const back = fs.readdirSync(stick + '/KEHOU').map(n => path.join(stick, 'KEHOU', n));
	await page.setInputFiles('#bring', back);
	await page.waitForSelector('.note:has-text("读入")');
}

let desk, one, two;
const GRP = 202401;

async function firstRun() {
	await test('first run: six steps from the invitation to the class list', async () => {
		desk = await device(DESK);
		await desk.waitForSelector('text=第 1 步，共 6 步');
		await picture(desk, 'setup-1');
		await desk.click('text=时间对，下一步');
		await desk.setInputFiles('#invite', work + '/school.khi');
		await desk.click('button[type=submit]');
		await desk.waitForSelector('text=告成镇冶上教学点');
		await picture(desk, 'setup-3');
		await desk.click('text=是我们学校，建立');
		await desk.waitForSelector('.recovery');
		await desk.getByLabel('已打印或抄好').check();
		await picture(desk, 'setup-4');
		await desk.click('text=下一步');
		await desk.getByLabel('姓名').fill('校长甲');
		await desk.getByLabel('PIN 码').fill(PIN);
		await desk.getByLabel('再输一次').fill(PIN);
		await desk.click('button[type=submit]');
		await desk.getByLabel('我已阅读').check();
		await desk.click('text=完成，去导入花名册');
		await desk.waitForSelector('h1:has-text("导入花名册")');
	}, true);
	await test('every sample roster is read, and nothing is written by looking', async () => {
		for (const name of fs.readdirSync(env.SRCDIR + '/tests/data/rosters').filter(n => /^\d\d-/.test(n))) {
			await open(desk, 'pupils', '学生');
			await open(desk, 'pupils/import', '导入花名册');
			await desk.setInputFiles('#roster', env.SRCDIR + '/tests/data/rosters/' + name);
			await desk.click('button[type=submit]');
			await desk.waitForSelector('text=认出的列');
			if (!await desk.locator('.table tbody tr').count()) throw new Error(name + ': no rows');
		}
		same((await view(desk, 'pupils')).length, 0, 'children after looking');
	});
	await test('the class list is imported after the preview, rare characters too', async () => {
		const rare = path.join(work, 'rare.csv');
		fs.writeFileSync(rare, '姓名,性别,年级,班级,监护人\n\u{2b36d}试,男,三,1,家长丙\n\u4dae试,女,三,1,家长丁\n');
		for (const list of [env.SRCDIR + '/tests/data/rosters/02-excel-gbk.csv', rare]) {
			await open(desk, 'pupils', '学生');
			await open(desk, 'pupils/import', '导入花名册');
			await desk.setInputFiles('#roster', list);
			await desk.click('button[type=submit]');
			await desk.waitForSelector('text=认出的列');
			if (list !== rare) await picture(desk, 'import');
			await desk.click('text=确认导入');
			await desk.waitForSelector('h1:has-text("花名册已导入")');
		}
		const names = (await view(desk, 'pupils')).map(r => r.name);
		if (names.length < 100) throw new Error(names.length + ' children');
		same([names.includes('\u{2b36d}试'), names.includes('\u4dae试')], [true, true], 'rare characters');
	}, true);
	await test('the head enters two teachers', async () => {
		for (const name of ['老师乙', '老师丙']) {
			await open(desk, 'people', '教职工');
			await desk.click('text=＋ 登记');
			await desk.getByLabel('姓名').fill(name);
			await desk.locator('.sheet input[type=password]').fill(PIN);
			await desk.click('.sheet button[type=submit]');
			await desk.waitForSelector(`.session-name:has-text("${name}")`);
		}
	}, true);
	await test('download, county, upload: plan and consent notice arrive', async () => {
		await exchange(desk);
		same((await view(desk, 'consent_notices')).length, 1, 'notices');
	}, true);
	await test('consents are ticked in a class list, one record each', async () => {
		await open(desk, 'consent/' + GRP, '同意书');
		const boxes = desk.locator('.ticks input[type=checkbox]');
		await boxes.first().waitFor();
		const all = await boxes.count();
		for (let i = 0; i < all - 2; i++) await boxes.nth(i).check();
		await picture(desk, 'consent');
		await desk.click('button:has-text("人同意参加")');
		await desk.waitForSelector(`text=已登记 ${all - 2} 条`);
		same((await view(desk, 'consents')).length, all - 2, 'consents');
	}, true);
}

async function theDay() {
	await test('two phones sign in', async () => {
		one = await device(PHONE);
		await picture(one, 'signin');
		await signIn(one, '老师乙');
		two = await device(PHONE);
		await signIn(two, '老师丙');
	}, true);
	await test('roll call without Wi-Fi: taps stay on the phone through a reload, and arrive once', async () => {
		await open(one, 'roll');
		let taps = 1;
		await one.click('.choice button:has-text("下午")'); // the page offers what comes next by the clock
		await one.click('.session:has-text("三年级1班")');
		await one.waitForSelector('.child');
		await one.context().setOffline(true);
		for (const i of [0, 3, 5]) {
			await one.locator('.child').nth(i).click();
			taps++;
		}
		await one.waitForSelector('.counts:has-text("未到 3")');
		await picture(one, 'roll');
		await one.click('button:has-text("点名完成")');
		taps++;
		if (taps > 12) throw new Error(taps + ' taps');
		await one.waitForSelector('.fact.phone:has-text("手机上 1 条")');
		await picture(one, 'offline');
		same((await marksOf(two, GRP)).length, 0, 'marks at the host');
		await one.context().setOffline(false);
		await one.reload();
		await arrived(one);
		const marks = await marksOf(one, GRP);
		same(marks.filter(m => m.state === 2).length, 3, 'absent');
		await one.reload();
		await arrived(one);
		same((await marksOf(one, GRP)).length, marks.length, 'marks after one more reload');
	});
	await test('a tap is answered on the screen before anything is sent', async () => {
		await open(one, `roll/2/0/202301`);
		await one.waitForSelector('.child');
		const took = await one.evaluate(() => new Promise(resolve => {
			const child = document.querySelectorAll('details .child, .children .child')[0];
			const seen = new MutationObserver(() => resolve(performance.now() - start));
			seen.observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true });
			const start = performance.now();
			child.click();
		}));
		console.log('# a tap is on the screen after', took.toFixed(1), 'ms');
	});
	await test("the second phone's late roll call does not undo the first one's absences", async () => {
		await open(two, `roll/2/0/${GRP}`);
		await two.waitForSelector('text=已点名');
		const args = { date: today, slot: 2, site: 0, grp: GRP, keep: 1, absent: '[]', excused: '[]', extra: '[]' };
		same(await two.evaluate(a => fetch('/api/v1/command/rollcall', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ request_id: 'late-phone', args: a }) }).then(r => r.status), args), 200, 'status');
		same((await marksOf(two, GRP)).filter(m => m.state === 2).length, 3, 'absent');
	});
	await test('a child that came late is corrected on the second phone and seen on the first', async () => {
		await open(two, `roll/2/0/${GRP}`);
		await two.locator('.child.s2').first().click();
		await two.locator('.sheet').getByText('到', { exact: false }).first().waitFor();
		await picture(two, 'correct');
		await two.locator('.sheet .stack button').first().click();
		await until(async () => (await marksOf(one, GRP)).filter(m => m.state === 2).length, 2, 'absent');
		await open(one, `roll/2/0/${GRP}`);
		await one.waitForSelector('.counts:has-text("未到 2")');
	});
	await test('handover: counts, and the PIN of who takes over on the same phone', async () => {
		await open(one, `hand/2/0/${GRP}`, '三年级1班');
		await one.getByLabel('当面清点').fill(String((await marksOf(one, GRP)).filter(m => m.state === 1).length));
		await one.getByLabel('交给谁').selectOption({ label: '老师丙' });
		await one.getByLabel('接班人的 PIN 码').fill(PIN);
		await picture(one, 'hand');
		await one.click('button:has-text("登记交接")');
		await one.waitForSelector('.note:has-text("老师丙")');
		const rows = await view(one, 'handovers?date=' + today);
		same([rows.length, rows[0].from_staff, rows[0].to_staff, rows[0].counted - rows[0].expected], [1, '老师乙', '老师丙', 0], 'handover');
		await one.waitForSelector('.who:has-text("老师丙")');
	});
	await test('kill -9 in the middle of leaving: nothing lost, nothing twice', async () => {
		await open(two, `leave/2/0/${GRP}`, '三年级1班');
		await two.waitForSelector('.child');
		await picture(two, 'leave');
		const here = await two.locator('.child:not(.gone)').count();
		await two.locator('.child').first().click();
		await two.click('text=没登记的人来接');
		await two.getByLabel('来接的人').fill('邻居（见过）');
		await picture(two, 'stranger');
		const posted = two.waitForRequest(r => /command\/leave\.one/.test(r.url()));
		await two.click('button:has-text("登记接走")');
		await posted;
		await killHost();
		await two.click('button:has-text("人照常离校")');
		await picture(two, 'leave-ask');
		await two.click('text=是，都走了');
		await two.waitForSelector('.fact.phone');
		await two.waitForSelector('.counts:has-text("还在 0")');
		await startHost();
		// The daemon forgets who was signed in; the phone keeps the taps until they are again.
		await two.waitForSelector('h1:has-text("登录")');
		await signIn(two, '老师丙');
		await arrived(two);
		const gone = (await view(two, 'leavings?date=' + today));
		same([gone.length, new Set(gone.map(g => g.pupil)).size], [here, here], 'leavings');
		same(gone.filter(g => g.with_whom === '邻居（见过）').length, 1, 'the one with the neighbour');
		await open(two, 'today', '今日');
		await two.waitForSelector('.big-number:has-text("0")');
	});
	await test('the rooms are checked and the session closed', async () => {
		await open(two, `leave/2/0/${GRP}`, '三年级1班');
		await two.click('button:has-text("查房清场")');
		await two.click('text=都看过，没有人了');
		await two.waitForSelector('.note:has-text("已查房清场")');
		await arrived(two);
	});
	await test('an incident is reported without Wi-Fi, and added to afterwards', async () => {
		await open(two, 'incident/new', '报告事件');
		await two.context().setOffline(true);
		await two.getByLabel('在哪里').fill('操场');
		await two.getByLabel('发生了什么').fill('跑步时摔倒，膝盖擦破，已清洗包扎。');
		await picture(two, 'incident-new');
		await two.click('button[type=submit]');
		await two.waitForSelector('text=要打的电话');
		await two.context().setOffline(false);
		await arrived(two);
		await two.waitForSelector('a:has-text("补充情况")');
		await two.click('a:has-text("补充情况")');
		await two.getByLabel('内容').fill('母亲 17:20 接电话，知道了。');
		await two.click('button:has-text("记下")');
		await two.waitForSelector('.log .item:has-text("母亲")');
		await until(async () => (await view(two, 'incidents')).map(i => JSON.parse(i.notes).length), [1], 'incidents with their notes');
	});
}

async function theEvening() {
	await signIn(desk, '校长甲'); // the daemon that was killed forgot who was signed in
	await test('the county confirms, and the phone says so', async () => {
		await exchange(desk);
		await exchange(desk);
		await open(two, 'outbox');
		await two.click('text=现在再送');
		await two.waitForSelector('.item.county:has-text("照常离校")');
	});
	await test('two records disagree: side by side, and a choice closes the matter', async () => {
		const child = (await view(desk, 'pupils'))[0];
		await exchange(desk, () => kehou('-D', hubDir, 'do', 'pupil.edit', 'school=3141018501', 'pupil=' + child.pupil, 'birth=2016-05-01'));
		// Written at the county before it saw the school's own.
		await open(desk, 'pupils/' + child.pupil);
		const other = () => kehou('-D', hubDir, 'do', 'pupil.edit', 'school=3141018501', 'pupil=' + child.pupil, 'birth=2016-05-02');
		await desk.click('button:has-text("更正")');
		await desk.locator('.sheet').getByLabel('出生日期').fill('2016-05-12');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('dd:has-text("2016-05-12")');
		other();
		await exchange(desk);
		await open(desk, 'today');
		await open(desk, 'exchange', '上报与U盘');
		await desk.waitForSelector('#conflicts .conflict');
		await picture(desk, 'conflict');
		await desk.locator('#conflicts .side button').nth(1).click();
		await desk.waitForSelector('#conflicts', { state: 'detached' });
	});
}

// --- every page: a picture of both sizes, and what axe finds ------------------------------
async function picture(page, name) {
	const size = page.viewportSize();
	for (const [at, suffix] of [[PHONE, 'phone'], [DESK, 'desk']]) {
		await page.setViewportSize(at);
		await page.waitForTimeout(60); // layout after a resize; nothing is asserted on it
		await page.screenshot({ path: path.join(shots, `${name}-${suffix}.png`) });
	}
	await page.setViewportSize(size);
}
async function audit(page) {
	await page.evaluate(axe);
	return page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations
		.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 90)).join(' | ')));
}
const small = page => page.evaluate(() => Array.from(document.querySelectorAll('button,select,input,a.button,a.child,a.session,nav a,summary'))
	.filter(e => e.offsetParent && e.type !== 'checkbox' && e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML.slice(0, 90)));
const wide = page => page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth ? [`${document.documentElement.scrollWidth} px wide`] : []);

async function everyPage() {
	const child = (await view(desk, 'pupils'))[0];
	const routes = ['today', 'roll', `roll/2/0/${GRP}`, `roll/2/0/202301`, 'leave', `leave/2/0/${GRP}`, 'hand', `hand/2/0/${GRP}`, 'incident', 'incident/new', 'outbox', 'exchange', 'pupils', 'pupils/' + child.pupil, 'pupils/import',
		'consent', 'consent/' + GRP, 'people', 'statement', 'notices', 'policy', 'all', 'form/session.open', 'list/sessions', 'more', 'help', 'paper', 'late', 'who'];
	for (const route of routes) await test(`axe, 48 px and no sideways scrolling: ${route.replace(/\d{10,}/, 'child')}`, async () => {
		const found = [];
		for (const at of [PHONE, DESK]) {
			await desk.setViewportSize(at);
			await open(desk, route);
			await desk.waitForSelector('h1');
			await desk.waitForFunction(() => !/正在读取|正在打开/.test(document.body.innerText));
			found.push(...await audit(desk), ...await small(desk), ...await wide(desk));
		}
		await picture(desk, 'page-' + route.replace(/\/\d{10,}/, '/child').replace(/\//g, '-'));
		if (found.length) throw new Error(found.join('\n'));
	});
	await test('English is complete on every page: no Chinese but names', async () => {
		await desk.evaluate(() => localStorage.setItem('lang', 'en'));
		await desk.goto(base);
		await desk.reload();
		const left = [];
		for (const route of routes.filter(r => !/^(pupils|notices|list|policy|incident$)/.test(r))) {
			await open(desk, route);
			await desk.waitForFunction(() => document.querySelector('h1') && !/Reading…|Opening…/.test(document.body.innerText));
			left.push(...await desk.evaluate(r => {
				const found = [];
				const walk = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT);
				for (let n = walk.nextNode(); n; n = walk.nextNode()) {
					const box = n.parentElement;
					if (/[\u4e00-\u9fff]/.test(n.data) && !box.closest('.name,.lang,.links,option,.session-more,.item,.note,.quiet,.lead,.card p,.school,.paper-only,.facts-list,.paper-sheet h2')) found.push(r + ': ' + n.data);
				}
				return found;
			}, route));
		}
		await desk.evaluate(() => localStorage.setItem('lang', 'zh'));
		if (left.length) throw new Error(left.slice(0, 20).join('\n'));
	});
	await test("the clerk's list of schools at the county's hub", async () => {
		await killHost();
		await startHost(hubDir);
		await desk.goto(base + '#/schools');
		await desk.reload();
		await desk.waitForSelector('td:has-text("告成镇冶上教学点")');
		await picture(desk, 'page-schools');
		same(await audit(desk), [], 'axe');
	});
	await test('no page threw', () => same([desk, one, two].flatMap(p => p.problems), [], 'errors'));
}

fs.rmSync(shots, { recursive: true, force: true });
fs.mkdirSync(shots, { recursive: true });
try {
	county();
	await startHost();
	await firstRun();
	await theDay();
	await theEvening();
	await everyPage();
} catch (e) {
	console.log('#', e.message);
	if (!failed) {
		failed++;
		console.log(`not ok ${++number} - the run itself`);
	}
}
console.log(`1..${number}`);
for (const c of contexts) await c.close();
if (host) await killHost();
fs.rmSync(work, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
