// Every page at both sizes: a picture, what axe finds, targets, no sideways scrolling; English;
// colour; the first page over a slow line; the county's list.
import { audit, base, back, BIG, contextsOf, DESK, device, GRP, hubDir, kehou, killHost, open, PHONE, picture, PIN, same, settled, shots, small, startHost, test, view, wide, work } from './harness.mjs';
import fs from 'node:fs';
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

export async function everyPage(w) {
	const { desk, one, two } = w;
	await back(desk, '校长甲');
	const child = (await view(desk, 'pupils?grp=' + BIG))[0];
	const incident = (await view(desk, 'incidents'))[0].incident;
	const routes = ['today', 'roll', `roll/2/0/${GRP}`, `roll/2/0/${BIG}`, 'leave', `leave/2/0/${GRP}/2026-10-29`, 'hand', `hand/2/0/${GRP}`, 'incident', 'incident/new', `incident/${incident}`, 'outbox', 'exchange', 'pupils', 'pupils/' + child.pupil, 'copy/' + child.pupil, 'pupils/import',
		'consent', 'consent/' + GRP, 'people', 'week', 'statement', 'notices', 'policy', 'machine', 'backup', 'all', 'form/session.open', 'form/pupil.way', 'list/sessions', 'list/hazards', 'more', 'help', 'paper', 'late', 'who'];
	for (const route of routes) await test(`axe, 48 px, no sideways scrolling, no colour alone: ${route.replace(/\d{10,}/, 'child')}`, async () => {
		const found = [];
		for (const at of [PHONE, DESK]) {
			await desk.setViewportSize(at);
			await open(desk, route);
			await settled(desk);
			found.push(...await audit(desk), ...await small(desk), ...await wide(desk), ...await unmarked(desk));
			const size = await desk.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
			if (size < 18) found.push('text of ' + size + ' px');
			await desk.screenshot({ path: path.join(shots, 'page-' + route.replace(/\/\d{10,}/, '/child').replace(/\//g, '-') + (at === PHONE ? '-phone.png' : '-desk.png')), fullPage: true });
		}
		if (found.length) throw new Error(found.join('\n'));
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
	await test("the clerk's list of schools at the county's hub", async () => {
		await killHost();
		// A hub lets nobody in before it has people.
		fs.writeFileSync(work + '/clerk.pin', PIN);
		kehou('-D', hubDir, 'do', 'county.staff.add', 'name=县办', 'roles=clerk', 'pin=@' + work + '/clerk.pin');
		await startHost(hubDir);
		await desk.goto(base);
		await desk.evaluate(pin => fetch('/api/v1/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ staff: '县办', pin }) }).then(async r => r.ok || Promise.reject(new Error(await r.text()))), PIN);
		await desk.goto(base + '#/schools');
		await desk.reload();
		await desk.waitForSelector('td:has-text("告成镇冶上教学点")');
		await picture(desk, 'page-schools');
		same(await audit(desk), [], 'axe');
	});
	await test('no page threw', () => same([desk, one, two].flatMap(p => p.problems), [], 'errors'));
}
