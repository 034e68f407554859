// What the head does at the PC: the plan and what changed, phases, the week, a child and its
// guardian's rights, paper sheets and late entry, opinions, machines, a diagnostic file.
import fs from 'node:fs';
import path from 'node:path';
import { arrived, audit, BIG, call, DESK, exchange, GRP, hubDir, kehou, kehouGiven, look, open, PHONE, picture, PIN, plan, printed, publish, same, SCHOOL, settled, sheet, signIn, sticks, test, today, until, view, work } from './harness.mjs';

export async function theOffice(w) {
	const { desk, two } = w;
	await test("R2_what a new version of the county's plan changes is shown, and confirmed", async () => {
		const second = plan();
		second.version = 2;
		second.from = '2026-10-30';
		second.title = '登封市中小学课后服务工作方案（冬季）';
		second.windows.find(x => x.class === 220).end = '17:30';
		second.days.push({ day: '2026-11-01', kind: 1, name: '秋收假调休' });
		second.settings.find(x => x.name === 'silence_days').value = 4;
		publish(second);
		await exchange(desk);
		await exchange(desk);
		await open(desk, 'policy', '县里的方案');
		await desk.waitForSelector('h2:has-text("将要改的：自 2026-10-30")');
		await desk.waitForSelector('.item:has-text("16:00-17:30")');
		await desk.click('button:has-text("签收第 2 版")');
		await desk.waitForSelector('text=本校已签收第 2 版');
		await look(desk, 'policy');
		same((await view(desk, 'policy_changes?version=2')).every(r => r.confirmed === 1), true, 'confirmed');
	});
	await test('R5_pages of the browser appear with the phase', async () => {
		const seen = async () => {
			await open(desk, 'more', '更多');
			await settled(desk);
			const hrefs = await desk.evaluate(() => Array.from(document.querySelectorAll('a[href^="#/"]')).map(a => a.getAttribute('href').slice(2)));
			await open(desk, 'all', '全部功能');
			await desk.waitForSelector('.links a');
			return hrefs.concat(await desk.evaluate(() => Array.from(document.querySelectorAll('.links a')).map(a => a.getAttribute('href').slice(2))));
		};
		const LATER = ['week', 'statement', 'list/places', 'list/hazards', 'form/hazard.add', 'list/opinions', 'list/evaluation', 'list/meals', 'list/satisfactions', 'list/practices', 'list/mixed_groups', 'list/planned_held', 'list/subsidy'];
		const FIRST = ['today', 'roll', 'leave', 'incident', 'pupils', 'list/incidents', 'list/sessions', 'list/consents', 'form/pupil.priority'];
		await open(desk, 'all', '全部功能');
		await desk.waitForSelector('.note:has-text("本校在第 1 阶段")');
		const before = await seen();
		same([LATER.filter(p => before.includes(p)), FIRST.filter(p => !before.includes(p))], [[], []], 'in phase 1');
		kehou('-D', hubDir, 'do', 'site.phase', 'school=' + SCHOOL, 'site=0', 'phase=3', 'on=' + today());
		await exchange(desk);
		await open(desk, 'all', '全部功能');
		await desk.reload();
		await desk.waitForSelector('h2:has-text("活动与周计划")');
		await desk.waitForSelector('nav a:has-text("周计划")');
		const after = await seen();
		same([...LATER, ...FIRST].filter(p => !after.includes(p)), [], 'missing in phase 3');
	});
	await test('the week: planned in a grid, copied into the next, printed on A4', async () => {
		await open(desk, 'week', '周计划');
		await desk.waitForSelector('.cell');
		for (const [day, who] of [['周四', '老师乙'], ['周五', '老师丙']]) {
			await desk.click(`.cell[aria-label="三年级1班 ${day}"]`);
			await desk.locator('.sheet').getByLabel('谁带').selectOption({ label: who });
			await desk.locator('.sheet').getByLabel('做什么').selectOption({ label: '自主阅读' });
			await desk.click('.sheet button:has-text("编排")');
			await desk.waitForSelector(`.cell:has-text("${who}")`);
		}
		await desk.waitForSelector('.cell:has-text("✓ 已开展")'); // Thursday was held
		await desk.click('text=下一周');
		await desk.waitForSelector('.note:has-text("还没有编排")');
		await desk.click('button:has-text("照抄上一周")');
		await desk.waitForSelector('.cell:has-text("老师丙")');
		await desk.click('text=记家长委员会的签字');
		await desk.getByLabel('签字人姓名').fill('家长戊');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('text=家长委员会已签字：家长戊');
		await look(desk, 'week');
		same(await printed(desk, 'week'), 1, 'pages');
		await desk.click('.cell[aria-label="三年级1班 周四"]');
		await desk.locator('.sheet').getByLabel('题目').fill('数学补课');
		await desk.click('.sheet button:has-text("编排")');
		await desk.waitForSelector('.sheet .note'); // R8: refused, in words
		await desk.click('.sheet .close');
	});
	await test("R19_the child's page tells who changed what", async () => {
		const child = (await view(desk, 'pupils'))[0];
		await open(desk, 'pupils/' + child.pupil, child.name);
		const line = desk.locator('.timeline .item', { hasText: '2016-05-12' }).last();
		await line.waitFor(); // the school's edit of the evening before
		if (!/学生资料 更改.*校长甲/.test(await line.textContent())) throw new Error(await line.textContent());
		await desk.locator('.timeline .item', { hasText: '登封市' }).first().waitFor(); // and the county's
		const all = await desk.locator('.timeline .item').allTextContents();
		same([all.filter(x => /[A-Za-z]{3,}/.test(x)), all.filter(x => / 登记 /.test(x) && x.includes('只有本校能看'))], [[], []], 'columns without words, empty values called private');
	});
	await test("R18_a guardian's telephone is corrected; who may collect no longer is off the list", async () => {
		const child = (await view(desk, 'pupils?grp=' + GRP))[0];
		const kin = async what => JSON.parse((await view(desk, 'pupil?pupil=' + child.pupil))[0][what]);
		await open(desk, 'pupils/' + child.pupil, child.name);
		await desk.click('button:has-text("＋ 接送人")');
		await desk.locator('.sheet').getByLabel('姓名').fill('邻居己');
		await desk.click('.sheet button[type=submit]');
		const neighbour = '.card:has-text("谁可以接") .item:has-text("邻居己")';
		await desk.waitForSelector(neighbour);
		await desk.locator('.card:has-text("谁可以接") .item button').first().click();
		await desk.locator('.sheet').getByLabel('电话').fill('13912345678');
		await look(desk, 'kin');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('a.tel:has-text("13912345678")');
		await desk.locator(neighbour + ' button').click();
		await desk.locator('.sheet').getByLabel('确定').check();
		await desk.locator('.sheet button:has-text("登记")').click();
		await desk.waitForSelector(neighbour, { state: 'detached' });
		same([(await kin('guardians'))[0].phone, (await kin('collectors')).filter(c => c.name === '邻居己').length], ['13912345678', 0], 'phone, collectors');
	});
	await test('R3_a choice is made anew: other slots, and who declined takes part', async () => {
		const chosen = async pupil => (await view(desk, 'consent_form?grp=' + GRP + '&date=' + today())).filter(r => r.pupil === pupil).map(r => [r.choice, r.slots])[0];
		const { pupil, name } = (await view(desk, 'pupils?grp=' + GRP)).find(p => p.consent);
		for (const [button, found] of [['人不参加', [0, 3]], ['人同意参加', [1, 3]]]) {
			await open(desk, 'consent', '同意书');
			await open(desk, 'consent/' + GRP, '同意书');
			await desk.click('summary:has-text("已登记的")');
			await desk.click(`button[aria-label="重新选择 ${name}"]`);
			await desk.locator('.ticks .check', { hasText: name }).click();
			await desk.click('button:has-text("都参加")');
			await desk.click(`button:has-text("${button}")`);
			await desk.waitForSelector('text=已登记 1 条');
			same(await chosen(pupil), found, 'the choice');
		}
	});
	await test('R10_what was entered of a person is corrected: roles, kind, entry check', async () => {
		await open(desk, 'people', '教职工');
		await desk.locator('.session', { hasText: '保安丁' }).locator('button').click();
		await desk.getByLabel('教师', { exact: true }).uncheck(); // a guard alone
		await desk.getByLabel('类别').selectOption({ label: '学校职工' });
		await desk.getByLabel('入职查询日期').fill('2026-09-01');
		await look(desk, 'person');
		await desk.click('.sheet form:nth-of-type(2) button[type=submit], .sheet h3:has-text("更正资料") ~ button[type=submit]');
		await desk.waitForSelector('.session:has-text("保安丁"):has-text("学校职工"):has-text("入职查询 2026-09-01")');
	});
	await test('R1_several classes together: a group of several grades by its name, and all of a site', async () => {
		const kids = (await view(desk, 'pupils?grp=' + GRP)).slice(0, 2).concat((await view(desk, 'pupils?grp=' + BIG)).slice(0, 1));
		await call(desk, 'group.set', { grp: 1, name: '合唱组', on: today(), join: JSON.stringify(kids.map(k => k.pupil)) });
		await open(two, 'today', '今日');
		await open(two, 'roll', '点名');
		await two.click('.session:has-text("合唱组")');
		await two.waitForSelector('h1:has-text("合唱组")');
		await two.waitForSelector('.child');
		const names = await two.locator('.child .name').allTextContents();
		same(kids.filter(k => !names.some(n => n.startsWith(k.name))).length, 0, 'missing in the group');
		await look(two, 'roll-group');
		await open(two, 'roll', '点名');
		await two.click('.session:has-text("全校")');
		await two.waitForSelector('h1:has-text("全校")');
		await two.waitForFunction(() => document.querySelectorAll('.child').length > 50);
		await call(desk, 'group.set', { grp: 1, on: today(), ended_on: today() });
	});
	await test('R18_a guardian asks, is answered, and the child is erased everywhere', async () => {
		const child = (await view(desk, 'pupils?grp=' + BIG)).find(p => p.name === '癸未') || (await view(desk, 'pupils?grp=' + BIG))[9];
		await open(desk, 'pupils/' + child.pupil, child.name);
		await desk.click("text=记家长的要求");
		await desk.getByLabel('要求什么').selectOption({ label: '删除' });
		await desk.getByLabel('原话').fill('转去外地，请删掉');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('.item:has-text("最迟")');
		await look(desk, 'child');
		await open(desk, 'copy/' + child.pupil, '给家长看的全部资料');
		await desk.waitForSelector('td:has-text("' + child.name + '")');
		await picture(desk, 'copy');
		same(await printed(desk, 'copy'), 1, 'pages');
		await open(desk, 'pupils/' + child.pupil, child.name);
		await desk.click('button:has-text("删除资料")');
		await desk.getByLabel('哪位家长要求的').selectOption({ index: 1 });
		await desk.getByLabel('再写一遍孩子的姓名').fill(child.name);
		await desk.getByLabel('纸质名单上也会划掉').check();
		await look(desk, 'erase');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('h1:has-text("学生")');
		const names = async () => (await view(desk, 'pupils')).map(p => p.name);
		same((await names()).includes(child.name), false, 'the name at the school');
		await exchange(desk);
		const hub = kehou('-D', hubDir, '--json', 'show', 'pupils', 'school=' + SCHOOL);
		same([hub.includes(child.name), hub.includes('甲子')], [false, true], 'names at the county');
	});
	await test('paper sheets for the dead machine: who may collect, ways home, blank lines', async () => {
		await open(desk, 'paper', '纸单');
		await desk.waitForSelector('.paper-sheet td:has-text("甲子家长")');
		await desk.waitForSelector('.paper-sheet td:has-text("路队 东线")');
		await settled(desk);
		await picture(desk, 'paper');
		await printed(desk, 'paper');
	});
	await test('late entry from paper keeps the reason', async () => {
		await open(desk, 'late', '补录');
		await desk.getByLabel('为什么补录').fill('停电，照纸单补录');
		await desk.locator('.session:has-text("三年级1班") button:has-text("点名")').click();
		await desk.waitForSelector('.child');
		await desk.click('.foot button');
		await arrived(desk);
		await until(async () => {
			const [late] = await view(desk, 'sessions?date=2026-10-28');
			return late && [late.reason, late.marks > 0];
		}, ['停电，照纸单补录', true], 'the session of yesterday');
	});
	await test('no page of the menu refuses a teacher or a guard', async () => {
		const refused = [];
		const hear = r => { if (r.status() === 403) refused.push(r.url().replace(/.*\/api/, '')); };
		for (const name of ['保安丁', '老师丙']) {
			await signIn(two, name);
			await two.setViewportSize(DESK);
			two.on('response', hear);
			await open(two, 'more', '更多');
			await settled(two);
			const pages = await two.evaluate(() => Array.from(document.querySelectorAll('nav a,.sessions a')).map(a => a.getAttribute('href').slice(2)).filter((p, i, all) => all.indexOf(p) === i));
			for (const page of pages) {
				await open(two, page);
				await two.waitForSelector('h1');
				await settled(two);
			}
			await open(two, 'pupils/' + (await view(two, 'pupils'))[0].pupil);
			await settled(two);
			if (pages.length < 12 || pages.includes('consent') !== (name === '老师丙')) throw new Error(name + ': ' + pages);
			if (refused.length) throw new Error(name + ': ' + refused.join(' '));
			await open(two, 'exchange', '上报与U盘');
			await two.waitForSelector('.fact-line');
			same(await two.locator('button:has-text("下载待上报的文件"), #bring').count(), name === '保安丁' ? 0 : 2, 'what carries, for ' + name);
			await open(two, 'statement', '我的课时');
			two.off('response', hear);
		}
		await two.setViewportSize(PHONE);
	});
	await test('the diagnostic file bears no name', async () => {
		await open(two, 'help', '帮助');
		const [file] = await Promise.all([two.waitForEvent('download'), two.click('button:has-text("诊断文件")')]);
		const text = fs.readFileSync(await file.path(), 'utf8');
		const { taps } = JSON.parse(text);
		if (!Object.keys(taps).length) throw new Error('nothing in it');
		const names = (await view(desk, 'pupils')).map(p => p.name).concat((await view(desk, 'staff')).map(s => s.name), '告成镇', '邻居');
		same(names.filter(n => n && text.includes(n)), [], 'names in the file');
	});
	await test('activities, safety, ledger, opinions: generated forms are in Chinese and write', async () => {
		await open(desk, 'form/hazard.add');
		await desk.getByLabel('类别').selectOption({ label: '校舍' });
		await desk.getByLabel('情况').fill('后墙开裂');
		await desk.getByLabel('地点').fill('三号教室');
		await desk.getByLabel('部门').selectOption({ label: '学校' });
		await desk.getByLabel('期限').fill('2026-11-10');
		await picture(desk, 'form');
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在学校主机上');
		await open(desk, 'form/hazard.step');
		await desk.getByLabel('隐患').selectOption({ index: 1 });
		await desk.getByLabel('类别').selectOption({ label: '已消除' });
		await desk.getByLabel('内容').fill('请村里的瓦匠修好了');
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在学校主机上');
		await open(desk, 'form/opinion.add');
		await desk.getByLabel('类别').selectOption({ label: '建议' });
		await desk.getByLabel('内容').fill('校门口的灯坏了');
		await desk.click('button:has-text("保存")');
		await desk.waitForSelector('text=已记在学校主机上');
		await open(desk, 'list/opinions');
		await desk.waitForSelector('td:has-text("建议")');
		await picture(desk, 'list');
	});
	await test('a list as .xlsx says what the page says: words, names, and no number of the machine', async () => {
		for (const list of ['opinions', 'hazards', 'consents', 'leavings', 'pupils', 'people']) {
			await open(desk, 'list/' + list);
			await desk.waitForSelector('tbody tr');
			const shown = await desk.evaluate(() => [...document.querySelectorAll('table.table tr')].map(r => [...r.children].map(c => c.textContent.replace(/U\+[0-9A-F]+/g, ''))));
			const [file] = await Promise.all([desk.waitForEvent('download'), desk.click('button:has-text(".xlsx")')]);
			const saved = path.join(work, list + '.xlsx');
			await file.saveAs(saved);
			if (!/[\u4e00-\u9fff].*\.xlsx$/.test(file.suggestedFilename())) throw new Error(file.suggestedFilename());
			const rows = sheet(saved);
			same(rows.length, shown.length, 'rows of ' + list);
			rows.forEach((r, i) => same(r.map(c => typeof c === 'number' ? c : c || ''), shown[i].map((c, k) => typeof r[k] === 'number' ? Number(c) : c), list + ' row ' + i));
			same(rows.flat().filter(c => Number(c) > 1e15), [], 'numbers of the machine in ' + list);
		}
	});
	await test('every list and form has Chinese words for its columns, codes and fields; axe finds nothing there', async () => {
		const { views, commands } = await desk.evaluate(() => fetch('/api/v1/schema').then(r => r.json()));
		const left = [];
		const check = async name => left.push(...(await desk.evaluate(() => Array.from(document.querySelectorAll('th,label,legend,h1')).map(x => x.textContent).filter(x => x && !/[\u4e00-\u9fff]|PIN/.test(x))
			.concat(Array.from(document.querySelectorAll('td')).map(x => x.textContent).filter(x => /^[a-z]+(_[a-z]+)*$/.test(x))))).concat(await audit(desk)).map(x => name + ': ' + x));
		for (const e of views.filter(v => !/^audit_/.test(v.name))) {
			const rows = await desk.evaluate(n => fetch('/api/v1/view/' + n + '?date=2026-10-29&slot=2&month=202610&kind=1&version=2&list=1&week_on=2026-10-26&school_year=2026&from_on=2026-09-01&until_on=2026-12-31&term_on=2026-09-01&time=18:00&open=1').then(r => r.ok ? r.json() : null), e.name);
			if (!rows) continue; // wants another parameter
			await open(desk, 'list/' + e.name);
			await settled(desk);
			await check(e.name);
		}
		for (const e of commands.filter(c => c.name !== 'policy.publish')) {
			await open(desk, 'form/' + e.name);
			await desk.waitForSelector('h1');
			await check(e.name);
		}
		if (left.length) throw new Error(left.slice(0, 30).join('\n'));
	});
	await test('the machine: sites, devices of the county’s roster, what is safe where', async () => {
		await open(desk, 'machine', '设置');
		await desk.waitForSelector('.item:has-text("这一台"):has-text("县里已登记")');
		await desk.waitForSelector('.item:has-text("王家沟教学点")');
		await picture(desk, 'machine');
	});
	await test('backup: onto a stick and by download, restored by command; a new recovery sheet', async () => {
		await open(desk, 'backup', '备份');
		await desk.waitForSelector('.note.care:has-text("还没有做过备份")');
		fs.mkdirSync(path.join(sticks, '备份盘'));
		await desk.click('button:has-text("备份到U盘")');
		await desk.waitForSelector('.note.good:has-text("可以拔出U盘")');
		await look(desk, 'backup');
		const [file] = await Promise.all([desk.waitForEvent('download'), desk.click('button:has-text("下载备份")')]);
		await file.saveAs(path.join(work, file.suggestedFilename()));
		const folder = path.join(sticks, '备份盘', 'KEHOU-BACKUP');
		const made = [...fs.readdirSync(folder).filter(n => n.endsWith('.kha')).map(n => path.join(folder, n)), path.join(work, file.suggestedFilename())];
		await desk.click('button:has-text("重印恢复码")');
		for (const [pin, found] of [['999999', '.note:has-text("没有生成新的恢复码")'], [PIN, '.recovery']]) {
			await desk.getByLabel('校长本人的 PIN 码').fill(pin);
			await desk.click('button:has-text("生成新的恢复码")');
			await desk.waitForSelector(found);
		}
		const sheet = await desk.textContent('.recovery');
		await desk.reload();
		same([await desk.textContent('.recovery'), sheet === w.sheet], [sheet, false], 'the new sheet after a reload');
		await look(desk, 'recovery');
		same(await printed(desk, 'recovery'), 1, 'pages of the new sheet');
		await desk.getByLabel('已打印或抄好').check();
		await desk.click('button:has-text("收好了")');
		await desk.waitForSelector('.note.good:has-text("上次备份")');
		// Those of before open with the sheet of before.
		fs.writeFileSync(work + '/sheet', w.sheet + '\n');
		fs.writeFileSync(work + '/pin', PIN + '\n');
		for (const [i, backup] of made.entries()) {
			kehouGiven(work + '/sheet', '-D', `${work}/restored${i}`, 'restore', backup, '--recovery-fd', '3');
			if (!/甲子/.test(kehouGiven(work + '/pin', '-D', `${work}/restored${i}`, '--as', '校长甲', '--pin-fd', '3', '--json', 'show', 'pupils'))) throw new Error('no children in ' + backup);
		}
		same(made.length, 2, 'backups');
		fs.rmSync(path.join(sticks, '备份盘'), { recursive: true });
	});
	await test('a whole flow by keyboard: a child is corrected without a mouse', async () => {
		const child = (await view(desk, 'pupils?grp=' + GRP))[0];
		await open(desk, 'today', '今日');
		await settled(desk);
		await desk.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); });
		const press = async (...keys) => { for (const k of keys) await desk.keyboard.press(k); };
		const reach = async (what, most = 80) => {
			for (let i = 0; i < most; i++) {
				await press('Tab');
				if (await desk.evaluate(w => (document.activeElement.textContent || document.activeElement.id || '').includes(w) || document.activeElement.matches(`[aria-label*="${w}"]`), what)) return;
			}
			throw new Error('no way by Tab to ' + what);
		};
		await press('Tab'); // first the way past the menu
		same(await desk.evaluate(() => document.activeElement.className), 'skip', 'first focus');
		await reach('学生');
		await press('Enter');
		await desk.waitForSelector('h1:has-text("学生")');
		await settled(desk);
		await desk.focus('input[type=search]');
		await desk.keyboard.type(child.name);
		await reach(child.name);
		const ring = await desk.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
		same(ring, 'solid', 'the ring of what has the focus');
		await press('Enter');
		await desk.waitForSelector('h2:has-text("基本情况")');
		await reach('更正');
		await press('Enter');
		await desk.waitForSelector('.sheet');
		same(await desk.evaluate(() => document.activeElement.closest('.sheet') !== null), true, 'focus in the sheet');
		await press('Tab'); // from the name to the birthday
		await desk.keyboard.press('Control+A');
		await desk.keyboard.type('2017-03-04');
		await press('Enter');
		await desk.waitForSelector('dd:has-text("2017-03-04")');
		await desk.waitForSelector('.sheet', { state: 'detached' });
		same(await desk.evaluate(() => document.activeElement.textContent), '更正', 'focus after saving');
		await press('Enter');
		await desk.waitForSelector('.sheet');
		await press('Escape');
		await desk.waitForSelector('.sheet', { state: 'detached' });
		same(await desk.evaluate(() => document.activeElement.textContent), '更正', 'focus after the sheet');
	});
}


