// The county's hub as its clerk sees it: sign-in, lists of a school and of all, forms that
// choose schools and sites by name, each page by keyboard.
import fs from 'node:fs';
import path from 'node:path';
import { base, hubDir, kehou, killHost, look, open, PIN, same, settled, startHost, sticks, test, view, work } from './harness.mjs';
import { checked } from './look.mjs';

const SCHOOL_NAME = '告成镇冶上教学点';
const choose = page => () => page.getByLabel('学校', { exact: true }).selectOption({ label: SCHOOL_NAME });

export async function theCounty(w) {
	const { desk } = w;
	await test("the clerk signs in at the county's hub without a mouse, and out again", async () => {
		await killHost();
		await startHost(hubDir);
		await desk.goto(base + '#/schools');
		await desk.reload();
		await desk.waitForSelector('h1:has-text("登录")');
		await desk.waitForSelector('.note:has-text("县里还没有登记人员")'); // a hub lets nobody in before it has people
		fs.writeFileSync(work + '/clerk.pin', PIN);
		kehou('-D', hubDir, 'do', 'county.staff.add', 'name=县办', 'roles=clerk', 'pin=@' + work + '/clerk.pin');
		const enter = async () => {
			await desk.focus('input[autocomplete=username]');
			await desk.keyboard.type('县办');
			await desk.keyboard.press('Tab');
			await desk.keyboard.type(PIN);
			await desk.keyboard.press('Enter');
			await desk.waitForSelector(`td:has-text("${SCHOOL_NAME}")`);
		};
		await enter();
		await desk.focus('.head .who');
		await desk.keyboard.press('Enter');
		await desk.waitForSelector('h1:has-text("登录")');
		await desk.focus('button:has-text("退出登录")');
		await desk.keyboard.press('Enter');
		await desk.waitForSelector('.who', { state: 'detached' });
		await open(desk, 'schools');
		await desk.waitForSelector('input[autocomplete=username]');
		await enter();
	}, true);
	for (const [route, prepare] of [['schools'], ['exchange'], ['more'], ['all'], ['backup'], ['help'], ['who'], ['list/silence'], ['list/statements'], ['list/sites'], ['list/groups', choose(desk)],
		['form/site.phase', choose(desk)], ['form/notice.publish'], ['form/county.staff.add'], ['form/statement.approve'], ['form/policy.publish'], ['form/person.link']])
		await test(`at the county: axe, 48 px, keyboard, no sideways scrolling, no colour alone: ${route}`, () => checked(desk, route, prepare, 'county-'));
	await test('R5_a site is chosen by its name and a phase by its word, of the school that was chosen', async () => {
		await open(desk, 'form/site.phase');
		const options = label => desk.getByLabel(label, { exact: true }).locator('option').allTextContents();
		same(await options('校点'), ['先选学校'], 'sites before a school is chosen');
		same(await desk.locator('button[type=submit]').isDisabled(), true, 'saving without a school');
		await choose(desk)();
		await desk.waitForSelector('option:has-text("王家沟教学点")', { state: 'attached' });
		same(await options('校点'), ['请选择', SCHOOL_NAME, '王家沟教学点'], 'sites');
		same(await options('阶段'), ['请选择', '基本看护', '应托尽托', '特色活动'], 'phases');
		await desk.getByLabel('校点').selectOption({ label: '王家沟教学点' });
		await desk.getByLabel('阶段').selectOption({ label: '基本看护' });
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在县中心主机上');
		await open(desk, 'list/sites');
		await choose(desk)();
		await desk.waitForSelector('tr:has-text("王家沟教学点"):has-text("基本看护")');
	});
	await test('a message to all schools, a person of the county with the roles that there are', async () => {
		await open(desk, 'form/notice.publish');
		same(await desk.getByLabel('学校', { exact: true }).count(), 0, 'a school for what is the whole county’s');
		await desk.getByLabel('标题').fill('防溺水提醒');
		await desk.getByLabel('正文').fill('请各校再讲一次。');
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在县中心主机上');
		same(await desk.getByLabel('标题').inputValue(), '', 'the form is empty again');
		await open(desk, 'form/county.staff.add');
		await desk.getByLabel('姓名').fill('审计员');
		await desk.getByLabel('审计', { exact: true }).check();
		await desk.getByLabel('PIN').fill('135790');
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在县中心主机上');
		await open(desk, 'list/county_staff');
		await desk.waitForSelector('tr:has-text("审计员") td:has-text("审计")');
		await open(desk, 'form/county.staff.end');
		await desk.waitForSelector('option:has-text("审计员")', { state: 'attached' });
	});
	await test('the county asks for a school where a list is long', async () => {
		await open(desk, 'list/pupils');
		await desk.waitForSelector('.hint:has-text("先填上面")');
		await choose(desk)();
		await desk.waitForSelector('td:has-text("甲子")');
		await open(desk, 'list/silence');
		await desk.waitForSelector(`td:has-text("${SCHOOL_NAME}")`); // by name, not by number
		const { views } = await desk.evaluate(() => fetch('/api/v1/schema').then(r => r.json()));
		for (const e of views.filter(v => v.ask_school && v.roles.includes('clerk'))) {
			await open(desk, 'list/' + e.name);
			await desk.waitForSelector('h1');
			same(await desk.getByLabel('学校', { exact: true }).count(), 1, e.name + ' asks for a school');
		}
	});
	await test('no list of the county shows a code or the number of a school', async () => {
		const { views } = await desk.evaluate(() => fetch('/api/v1/schema').then(r => r.json()));
		const left = [];
		for (const e of views.filter(v => !v.ask_school && v.roles.includes('clerk') && !/^(audit_|retention_)/.test(v.name) && v.params.every(p => p.optional || p.type === 'd' || p.name === 'month'))) {
			await open(desk, 'list/' + e.name);
			await settled(desk);
			left.push(...await desk.evaluate(n => {
				const heads = Array.from(document.querySelectorAll('th')).map(x => x.textContent);
				const coded = x => /^[a-z]+(_[a-z]+)*$/.test(x.textContent) || /^31410185\d\d$/.test(x.textContent) || /^\d{12,}$/.test(x.textContent)
					|| (/^(类别|人群|城乡分类|城或乡|原因|阶段|下一阶段)$/.test(heads[x.cellIndex]) && /^\d+$/.test(x.textContent));
				return Array.from(document.querySelectorAll('td')).filter(coded).map(x => n + ' ' + heads[x.cellIndex] + ': ' + x.textContent);
			}, e.name));
		}
		if (left.length) throw new Error(Array.from(new Set(left)).join('\n'));
		if (!(await view(desk, 'violations_R5')).length) throw new Error('nothing to look at');
	});
	await test('the sticks that were given out: which is here, which is out, its name, back in the drawer, lost', async () => {
		const here = path.join(sticks, '东沟盘');
		fs.mkdirSync(here);
		await open(desk, 'exchange', '收发');
		await desk.click('.stick:has-text("东沟盘") button:has-text("写到U盘")');
		await desk.waitForSelector('.note:has-text("可以拔出U盘")');
		const { sticks: out } = await desk.evaluate(() => fetch('/api/v1/exchange/sticks').then(r => r.json()));
		const { number } = out.find(s => s.label === '东沟盘');
		const card = desk.locator('.card:has-text("发出去的U盘") .stick').filter({ has: desk.locator(`strong:has-text("${number} 号")`) });
		const says = async words => {
			await open(desk, 'exchange');
			await open(desk, 'schools');
			await card.filter({ hasText: words }).waitFor();
		};
		await says('插在本机，带给：');
		await card.filter({ hasText: SCHOOL_NAME }).waitFor();
		await checked(desk, 'schools', () => card.waitFor(), 'county-sticks-');
		fs.renameSync(here, path.join(work, 'carried'));
		await open(desk, 'exchange', '收发');
		await desk.waitForSelector('.stick:has-text("东沟盘")', { state: 'detached' });
		await says('起在外');
		same(await card.locator('button').allTextContents(), ['已收回', '改名', '丢了'], 'what may be done with one that is out');
		await card.locator('button:has-text("改名")').click();
		await desk.locator('.sheet').getByLabel('名称').fill('东沟一号');
		await desk.keyboard.press('Enter');
		await says('东沟一号，自');
		await card.locator('button:has-text("已收回")').click();
		await desk.waitForSelector('summary:has-text("已收回的 1 只")');
		if (!await card.isVisible()) await desk.click('summary:has-text("已收回的")'); // folded below those that are out
		await card.filter({ hasText: '，已收回' }).waitFor();
		await card.locator('button:has-text("丢了")').click();
		await desk.waitForSelector('.sheet h2:has-text("号U盘丢了？")'); // nothing has happened yet
		await look(desk, 'stick-lost');
		await desk.click('.sheet button:has-text("再找找")');
		await card.waitFor();
		await card.locator('button:has-text("丢了")').click();
		await desk.click('.sheet button:has-text("丢了，从单子上去掉")');
		await card.waitFor({ state: 'detached' });
	});
	await test('no page of the county threw', () => same(desk.problems, [], 'errors'));
}
