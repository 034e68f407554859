// From the county's invitation to consents in a class list.
import fs from 'node:fs';
import path from 'node:path';
import { audit, base, BIG, contextsOf, DESK, device, env, exchange, GRP, hubDir, kehou, killed, look, open, PHONE, picture, PIN, printed, same, serve, test, today, view, work } from './harness.mjs';

// Forty-five names out of the sixty of the old calendar; two that few fonts have, one that none has.
const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';
const big = Array.from({ length: 42 }, (_, i) => STEMS[i % 10] + BRANCHES[i % 12]).concat('\u{2b36d}试', '\u4dae试', '\u{10fffe}试');

// The head at a phone, while there is nobody yet: only with the invitation of this school.
async function fromAfar() {
	const far = await device(PHONE);
	await far.setExtraHTTPHeaders({ 'X-Forwarded-For': '192.0.2.7' });
	await far.goto(base);
	await far.reload();
	await far.waitForSelector('text=再选一次县里的邀请文件');
	for (const [file, found] of [['other.khi', '.note.care'], ['school.khi', 'text=校长（负责人）姓名']]) {
		await far.setInputFiles('#again', path.join(work, file));
		await far.click('button[type=submit]');
		await far.waitForSelector(found);
		if (file === 'other.khi') await look(far, 'setup-invitation');
	}
	same(await far.locator('.recovery').count(), 0, 'the recovery code elsewhere');
	await far.close();
	await contextsOf().pop().close();
}

async function read(desk, file) {
	await open(desk, 'pupils', '学生');
	await open(desk, 'pupils/import', '导入花名册');
	await desk.setInputFiles('#roster', file);
	await desk.click('button[type=submit]');
	await desk.waitForSelector('text=认出的列');
}

const spoken = () => JSON.parse(kehou('-D', hubDir, '--json', 'invite', '--school', '3141018503', '--name', '唐庄镇小学', '--class', '121', '--kind', '1', '--code')).code;

// The head at a phone: the machine was set up elsewhere, and the county reads one more code.
async function firstHeadElsewhere(address, used, hub) {
	const far = await device(PHONE);
	await far.setExtraHTTPHeaders({ 'X-Forwarded-For': '192.0.2.7' });
	await far.goto(address);
	await far.reload();
	await far.waitForSelector('text=再选一次县里的邀请文件');
	await far.click('button:has-text("没有文件")');
	await far.waitForSelector('text=请县里另念一个邀请码');
	for (const [code, found] of [[used, '.note.care'], [spoken(), 'text=校长（负责人）姓名']]) {
		await far.getByLabel('县中心的网址').fill(hub);
		for (const [i, group] of code.split(' ').entries()) await far.fill('#group' + (i + 1), group);
		await far.click('button[type=submit]');
		await far.waitForSelector(found);
	}
	same(await far.locator('.recovery').count(), 0, 'the recovery code elsewhere');
	await far.getByLabel('校长（负责人）姓名').fill('校长庚');
	await far.getByLabel('PIN 码').fill(PIN);
	await far.getByLabel('再输一次').fill(PIN);
	await far.click('button[type=submit]');
	await far.waitForSelector('text=第 5 步');
	return far;
}

// Both ways over the network: what came to its end and what did not, once the hub is gone.
async function eachWay(far, address, hub) {
	await far.getByLabel('我已阅读').check();
	await far.click('text=下一步');
	await far.click('text=以后再导入');
	await far.waitForSelector('h1:has-text("今日")');
	await far.goto(address + '#/exchange');
	const now = far.locator('button:has-text("现在上报")');
	const said = how => far.waitForFunction(h => ['发往县里：上次发完 ', '从县里收：上次收完 ']
		.every(w => Array.from(document.querySelectorAll('p')).some(p => p.innerText.indexOf(w) === 0 && new RegExp(h).test(p.innerText))), how);
	await now.click();
	await said('完 .*\\d:\\d\\d.*失败 从未$');
	await killed(hub.process);
	await now.click();
	await said('完 .*\\d:\\d\\d.*失败 .*\\d:\\d\\d$');
	await look(far, 'network');
}

// Another machine, and the hub over the network.
async function byTelephone() {
	const code = spoken();
	const groups = code.split(' ');
	const hub = await serve(hubDir);
	const fresh = await serve(path.join(work, 'spoken'));
	const page = await device(PHONE);
	await page.goto(fresh.address);
	await page.click('text=时间对，下一步');
	await page.click('button:has-text("没有文件")');
	await page.getByLabel('县中心的网址').fill('http://127.0.0.1:9'); // where nobody is
	const status = n => page.textContent(`#group${n}s`);
	await page.focus('#group1');
	const wrong = groups[0].slice(0, 3) + (Number(groups[0][3]) + 1) % 10 + groups[0].slice(4);
	await page.keyboard.type(wrong.slice(0, 5));
	same(await status(1), '5 / 6', 'five digits');
	await page.keyboard.type(wrong[5]);
	same(/✗/.test(await status(1)), true, 'a digit heard wrongly');
	await page.fill('#group1', groups[1]);
	same(/✗/.test(await status(1)), true, 'another group at this place');
	await page.fill('#group1', '');
	await page.keyboard.type(groups[0] + groups[1]); // on to the next by itself
	await page.fill('#group3', groups[2].replace(/\d/g, d => String.fromCharCode(0xff10 + Number(d))));
	same(await page.locator('button[type=submit]').isDisabled(), true, 'going on with a part of it');
	await page.fill('#group4', ' ' + groups[3] + '-' + groups[4]);
	same([await status(1), await status(2), await status(3), await status(4), await status(5)].filter(s => !/✓/.test(s)), [], 'groups');
	await look(page, 'setup-code');
	await page.click('button[type=submit]');
	await page.waitForSelector('.note:has-text("县")', { timeout: 120000 }); // nobody answers there
	await page.getByLabel('县中心的网址').fill(hub.address);
	await page.click('button[type=submit]');
	await page.waitForSelector('dd:has-text("唐庄镇小学")');
	await page.waitForSelector('.note.good:has-text("主机已经建立")');
	await page.click('text=是我们学校，下一步');
	await page.waitForSelector('.recovery');
	await page.getByLabel('校长（负责人）姓名').waitFor();
	await page.close();
	await contextsOf().pop().close();
	const far = await firstHeadElsewhere(fresh.address, code, hub.address);
	await eachWay(far, fresh.address, hub);
	await killed(fresh.process);
	await far.close();
	await contextsOf().pop().close();
}

export async function firstRun(w) {
	await test('set-up by a code read over the telephone: each group is checked as it is typed; the first head on another device by one more', byTelephone);
	await test('first run: six steps from the invitation to the class list', async () => {
		const desk = w.desk = await device(DESK);
		await desk.waitForSelector('text=第 1 步，共 6 步');
		// The PC's clock is right, the machine's is set by the test: the step says so.
		await desk.waitForSelector('.note.care:has-text("主机的钟和这台设备差")');
		await look(desk, 'setup-1');
		await desk.click('text=时间对，下一步');
		await look(desk, 'setup-2');
		await desk.setInputFiles('#invite', work + '/school.khi');
		await desk.click('button[type=submit]');
		await desk.waitForSelector('text=告成镇冶上教学点');
		await desk.waitForSelector('dd:has-text("村庄")');
		await desk.getByLabel('还带教学点').fill('王家沟教学点');
		await look(desk, 'setup-3');
		await desk.click('text=是我们学校，建立');
		await desk.waitForSelector('.recovery');
		const code = await desk.textContent('.recovery');
		await desk.reload(); // nobody loses the sheet by a slip of the finger
		await desk.waitForSelector('.recovery');
		same(await desk.textContent('.recovery'), code, 'the recovery code after a reload');
		same(await printed(desk, 'setup-recovery'), 1, 'pages of the recovery sheet');
		w.sheet = code;
		await fromAfar();
		await desk.getByLabel('校长（负责人）姓名').fill('校长甲');
		await desk.getByLabel('PIN 码').fill(PIN);
		await desk.getByLabel('再输一次').fill(PIN);
		same(await desk.locator('button[type=submit]').isDisabled(), true, 'going on before the sheet is printed');
		await desk.getByLabel('已打印或抄好').check();
		await look(desk, 'setup-4');
		await desk.click('button[type=submit]');
		await desk.waitForSelector('text=第 5 步');
		await look(desk, 'setup-5');
		await desk.getByLabel('我已阅读').check();
		await desk.click('text=下一步');
		await desk.waitForSelector('text=第 6 步，共 6 步');
		same(await audit(desk), [], 'axe');
		await picture(desk, 'setup-6');
	}, true);
	await test('the first class list is read within the set-up', async () => {
		const { desk } = w;
		await desk.setInputFiles('#roster', env.SRCDIR + '/tests/data/rosters/05-xlsx.xlsx');
		await desk.click('button[type=submit]');
		await desk.waitForSelector('text=认出的列');
		await desk.click('text=确认导入');
		await desk.waitForSelector('text=花名册已导入');
		await picture(desk, 'setup-done');
		await desk.click('text=去登记教职工');
		await desk.waitForSelector('h1:has-text("教职工")');
		same((await view(desk, 'sites')).map(s => s.name), ['告成镇冶上教学点', '王家沟教学点'], 'sites');
	}, true);
	await test('an import is taken back, and the children are gone', async () => {
		const { desk } = w;
		if (!(await view(desk, 'pupils')).length) throw new Error('nothing was imported');
		await open(desk, 'pupils/import', '导入花名册');
		await desk.click('summary:has-text("撤销上次导入")');
		await look(desk, 'import-undo');
		await desk.click('button:has-text("撤销")');
		await desk.click('.sheet button:has-text("确定撤销")');
		await desk.waitForSelector('text=已撤销');
		same((await view(desk, 'pupils')).length, 0, 'children');
	});
	const samples = fs.readFileSync(env.SRCDIR + '/tests/data/rosters/index.csv', 'utf8').trim().split('\n').slice(1).map(line => line.split(','));
	for (const [no, shape, , , , pupils] of samples) await test(`sample roster ${no} ${shape} through the wizard: looked at, imported, found unchanged, taken back`, async () => {
		const { desk } = w;
		const folder = env.SRCDIR + '/tests/data/rosters/';
		const file = folder + fs.readdirSync(folder).find(n => n.startsWith(no + '-'));
		const counts = async () => (await desk.locator('.choice.many button').allTextContents()).map(x => x.replace(/(\d+)$/, ' $1').split(/\s+/)).reduce((all, [state, n]) => ({ ...all, [state]: Number(n) }), {});
		await read(desk, file);
		const planned = await counts();
		if (!(planned['新增'] > 0) || planned['新增'] > Number(pupils)) throw new Error('children found: ' + JSON.stringify(planned));
		for (const reason of await desk.locator('tr.row-refused, tr.row-rejected, tr.row-doubtful').allTextContents())
			if (!/[\u4e00-\u9fff]{4}/.test(reason)) throw new Error('no reason: ' + reason);
		same((await view(desk, 'pupils')).length, 0, 'children after looking');
		await desk.click('text=确认导入');
		await desk.waitForSelector('text=花名册已导入');
		const here = (await view(desk, 'pupils')).length;
		if (here < planned['新增'] || here > Number(pupils)) throw new Error(`${here} children of ${JSON.stringify(planned)}`);
		await read(desk, file);
		same((await counts())['新增'] || 0, 0, 'new children in the same list again');
		await open(desk, 'pupils/import', '导入花名册');
		await desk.reload();
		await desk.click('summary:has-text("撤销上次导入")');
		await desk.click('button:has-text("撤销")');
		await desk.click('.sheet button:has-text("确定撤销")');
		await desk.waitForSelector('text=已撤销');
		same((await view(desk, 'pupils')).length, 0, 'children after taking it back');
	});
	await test('the class list is imported after the preview, rare characters too', async () => {
		const { desk } = w;
		const file = path.join(work, 'big.csv');
		fs.writeFileSync(file, '姓名,性别,年级,班级,监护人,电话\n' + big.map((name, i) => `${name},${i % 2 ? '男' : '女'},三,2,${name}家长,1380000${1000 + i}\n`).join(''));
		for (const list of [env.SRCDIR + '/tests/data/rosters/02-excel-gbk.csv', file]) {
			await read(desk, list);
			if (list !== file) await look(desk, 'import');
			await desk.click('text=确认导入');
			await desk.waitForSelector('text=花名册已导入');
		}
		const names = (await view(desk, 'pupils')).map(r => r.name);
		if (names.length < 145) throw new Error(names.length + ' children');
		same(big.slice(42).map(n => names.includes(n)), [true, true, true], 'rare characters');
	}, true);
	await test('rare characters stand on the page; one without a glyph shows its code point', async () => {
		const { desk } = w;
		await open(desk, 'pupils', '学生');
		await desk.getByLabel('班级').selectOption(String(BIG));
		await desk.waitForSelector('.child-name:has-text("\u4dae试")');
		await desk.waitForSelector('.child-name:has-text("\u{2b36d}试")');
		same(await desk.locator('.child-name:has-text("\u{10fffe}试") .codepoint').textContent(), 'U+10FFFE', 'code point');
		same(await desk.locator('.child-name:has-text("甲子") .codepoint').count(), 0, 'code point of an ordinary name');
		await picture(desk, 'rare');
	});
	await test('the head enters two teachers and a guard', async () => {
		const { desk } = w;
		for (const [name, role] of [['老师乙', ''], ['老师丙', ''], ['保安丁', '保安']]) {
			await open(desk, 'people', '教职工');
			await desk.click('text=＋ 登记');
			await desk.getByLabel('姓名').fill(name);
			if (role) await desk.locator('.sheet').getByLabel(role).check();
			if (!role) await desk.getByLabel('入职查询日期').fill(today());
			await desk.locator('.sheet input[type=password]').fill(PIN);
			await desk.click('.sheet button[type=submit]');
			await desk.waitForSelector(`.session-name:has-text("${name}")`);
		}
	}, true);
	await test('download, county, upload: plan and consent notice arrive', async () => {
		await exchange(w.desk);
		same((await view(w.desk, 'consent_notices')).length, 1, 'notices');
	}, true);
	await test('blank consent forms are printed: a class on a sheet, or one for each guardian', async () => {
		const { desk } = w;
		await open(desk, 'consent/' + BIG, '同意书');
		await desk.waitForSelector('.ticks');
		await desk.evaluate(() => { window.print = () => { window.printed = (window.printed || 0) + 1; }; });
		const sheets = await printed(desk, 'consent-class');
		await desk.click('text=打印每人一张');
		await desk.waitForFunction(() => window.printed === 1);
		const slips = await printed(desk, 'consent-slips');
		same(await desk.locator('.slip').count(), 45, 'slips');
		if (sheets < 2 || sheets > 5 || slips < 15 || slips > 30) throw new Error(`${sheets} and ${slips} pages`);
	});
	await test('consents are ticked in a class list, one record each', async () => {
		const { desk } = w;
		let sum = 0;
		for (const [grp, without] of [[GRP, 2], [BIG, 0]]) {
			await open(desk, 'consent', '同意书');
			await open(desk, 'consent/' + grp, '同意书');
			const boxes = desk.locator('.ticks input[type=checkbox]');
			await boxes.first().waitFor();
			const all = await boxes.count();
			for (let i = 0; i < all - without; i++) await boxes.nth(i).check();
			await desk.getByLabel('签字日期').fill('2026-10-20');
			if (grp === GRP) await picture(desk, 'consent');
			await desk.click('button:has-text("人同意参加")');
			await desk.waitForSelector(`text=已登记 ${all - without} 条`);
			sum += all - without;
		}
		same((await view(desk, 'consents')).length, sum, 'consents');
	}, true);
}
