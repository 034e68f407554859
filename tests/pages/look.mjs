// Every page at both sizes: a picture, what axe finds, targets, no sideways scrolling; English;
// colour; the first page over a slow line.
import { audit, base, back, BIG, contextsOf, DESK, device, GRP, open, PHONE, same, settled, shots, small, test, view, wide } from './harness.mjs';
import { dialog, walk } from './keyboard.mjs';
import path from 'node:path';

// 1 Mbit/s and 20 ms there and back: an old phone at the edge of the Wi-Fi.
async function slowly() {
	const page = await device(PHONE);
	const cdp = await page.context().newCDPSession(page);
	let bytes = 0;
	await cdp.send('Network.enable');
	await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
	await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 20, downloadThroughput: 125000, uploadThroughput: 125000 });
	cdp.on('Network.loadingFinished', e => { bytes += e.encodedDataLength; });
	const times = [];
	for (let i = 0; i < 3; i++) {
		bytes = 0;
		await page.goto('about:blank');
		const began = Date.now();
		await page.goto(base);
		await page.waitForSelector('h1:has-text("登录")');
		times.push(Date.now() - began);
	}
	console.log(`# first page of a phone at 1 Mbit/s: ${Math.min(...times)} ms, ${bytes} bytes`);
	contextsOf().pop();
	await page.context().close();
	if (!bytes) throw new Error('nothing was loaded');
}

// Each state of a child has a word or a mark; nothing is told by colour alone.
const unmarked = page => page.evaluate(() => Array.from(document.querySelectorAll('.child.s1,.child.s2,.child.s3,.session.todo,.session.here,.session.done,.note'))
	.filter(e => !/\S/.test(Array.from(e.querySelectorAll('.child-state,.session-state,.session-more,.mark')).map(x => x.textContent).join(''))).map(e => e.outerHTML.slice(0, 120)));

const plain = route => route.replace(/\d{10,}/, 'child');

// A page at both sizes, and on the PC by keyboard: fails with everything that is wrong.
export async function checked(page, route, prepare = null, where = '') {
	const found = [];
	for (const at of [PHONE, DESK]) {
		await page.setViewportSize(at);
		await open(page, route);
		await settled(page);
		if (prepare) await prepare();
		found.push(...await audit(page), ...await small(page), ...await wide(page), ...await unmarked(page));
		if (at === DESK) found.push(...await walk(page));
		const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
		if (size < 18) found.push('text of ' + size + ' px');
		await page.screenshot({ path: path.join(shots, 'page-' + where + plain(route).replace(/\//g, '-') + (at === PHONE ? '-phone.png' : '-desk.png')), fullPage: true });
	}
	if (found.length) throw new Error(found.join('\n'));
}

export async function everyPage(w) {
	const { desk, one, two } = w;
	await back(desk, '校长甲');
	const child = (await view(desk, 'pupils?grp=' + BIG))[0];
	const incident = (await view(desk, 'incidents'))[0].incident;
	const routes = ['today', 'roll', `roll/2/0/${GRP}`, `roll/2/0/${BIG}`, 'leave', `leave/2/0/${GRP}/2026-10-29`, 'hand', `hand/2/0/${GRP}`, 'incident', 'incident/new', `incident/${incident}`, 'outbox', 'exchange', 'pupils', 'pupils/' + child.pupil, 'copy/' + child.pupil, 'pupils/import',
		'consent', 'consent/' + GRP, 'people', 'week', 'statement', 'notices', 'policy', 'machine', 'backup', 'all', 'form/session.open', 'form/pupil.way', 'list/sessions', 'list/hazards', 'more', 'help', 'paper', 'late', 'who'];
	for (const route of routes) await test(`axe, 48 px, keyboard, no sideways scrolling, no colour alone: ${plain(route)}`, () => checked(desk, route));
	await test('dialogs of the PC pages by keyboard: they take the focus, keep it and give it back', async () => {
		const found = [];
		for (const [route, ...openers] of [['people', 'main .tools button', 'main .session button'], ['pupils/' + child.pupil, 'button:has-text("更正")', 'button:has-text("删除资料")'],
			['week', '.cell'], ['machine', 'button:has-text("教学点")'], [`roll/2/0/${GRP}/2026-10-29`, 'main .child', 'button:has-text("其他班的孩子来了")'], ['statement', 'button:has-text("补记")']])
			for (const opener of openers) found.push(...await dialog(desk, route, opener));
		if (found.length) throw new Error(found.join('\n'));
		await open(desk, 'consent/' + GRP);
		await desk.focus('summary');
		await desk.keyboard.press('Enter'); // opens what is folded
		await desk.waitForSelector('details[open]');
		await open(desk, 'form/pupil.way');
		const ways = desk.getByLabel('方式');
		await ways.focus();
		const before = await ways.inputValue();
		await desk.keyboard.press('ArrowDown');
		same(await ways.inputValue() === before, false, 'a choice by arrow');
		await open(desk, 'people');
		await desk.focus('.nav a[href="#/pupils"]');
		await desk.keyboard.press('Enter');
		await desk.waitForSelector('h1:has-text("学生")');
	});
	await test('English is complete on every page: no Chinese but names', async () => {
		await desk.evaluate(() => localStorage.setItem('lang', 'en'));
		await desk.goto(base);
		await desk.reload();
		const left = [];
		for (const route of routes.filter(r => !/^(pupils|copy|notices|list|policy|machine|week|incident)/.test(r))) {
			await open(desk, route);
			await settled(desk);
			left.push(...await desk.evaluate(r => {
				const found = [];
				const walk = document.createTreeWalker(document.querySelector('.app'), NodeFilter.SHOW_TEXT);
				for (let n = walk.nextNode(); n; n = walk.nextNode()) {
					const box = n.parentElement;
					if (/[\u4e00-\u9fff]/.test(n.data) && !box.closest('.name,.lang,.links,option,datalist,.session-more,.item,.note,.quiet,.lead,.card p,.school,.paper-only,.facts-list,.paper-sheet,.band-head,.child-state,.summary,.links')) found.push(r + ': ' + n.data);
				}
				return found;
			}, route));
		}
		await desk.evaluate(() => localStorage.setItem('lang', 'zh'));
		if (left.length) throw new Error(left.slice(0, 20).join('\n'));
	});
	await test('the first page of a phone over a slow line', slowly);
	await test('no page threw', () => same([desk, one, two].flatMap(p => p.problems), [], 'errors'));
}
