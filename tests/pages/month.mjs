// The month's end: sums, the lock, what is posted, the sheet opened again and recomputed.
import path from 'node:path';
import { back, look, moveTo, open, picture, printed, same, sheet, test, view, work } from './harness.mjs';

export async function theMonth(w) {
	const { desk } = w;
	await test('R2_a week-end, and at two in the night a Sunday that is a school day: today says so', async () => {
		await moveTo('2026-10-31T19:30:00');
		await back(desk, '校长甲');
		await open(desk, 'today', '今日');
		await desk.waitForSelector('.note:has-text("今天是周末")');
		await desk.waitForSelector('h2:has-text("下午")');
		await moveTo('2026-11-01T02:00:00');
		await back(desk, '校长甲');
		await open(desk, 'today', '今日');
		await desk.reload();
		await desk.waitForSelector('.note:has-text("今天调休上课：秋收假调休")');
		await desk.waitForSelector('.lead:has-text("11月1日 星期日")');
		same(await desk.locator('.note:has-text("今天是周末")').count(), 0, 'a week-end');
		await open(desk, 'roll/2/0/202402');
		await desk.waitForSelector('.counts:has-text("到 44")'); // those of every weekday; one is erased
	});
	await test('R11_a correction is entered with its reason before the month is locked', async () => {
		await moveTo('2026-11-02T09:00:00');
		await back(desk, '校长甲');
		await open(desk, 'statement', '月报与公示');
		await desk.waitForSelector('.total');
		await desk.click('button:has-text("补记、更正课时")');
		await desk.locator('.sheet').getByLabel('谁').selectOption({ label: '老师乙' });
		await desk.locator('.sheet').getByLabel('日期').fill('2026-10-27');
		await desk.locator('.sheet').getByLabel('分钟').fill('90');
		await desk.locator('.sheet').getByLabel('原因').fill('停电，纸单上有签名');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('.sheet', { state: 'detached' });
		await desk.waitForSelector('.note:has-text("请核对")');
		same((await desk.locator('.note li').allTextContents()).filter(x => /[a-z]_[a-z]/.test(x)), [], 'codes among what is to be checked');
		const rows = await view(desk, 'subsidy?month=202610');
		same(rows.filter(r => r.name === '老师乙')[0].entries, 1, 'entries');
	}, true);
	await test("R11_month end: the page's sums, the .xlsx and the duties come to the same fen; then it is locked", async () => {
		await open(desk, 'today', '今日');
		await open(desk, 'statement', '月报与公示');
		await desk.waitForSelector('.total');
		const fen = yuan => Math.round(Number(yuan) * 100);
		const total = fen(await desk.textContent('.total'));
		const items = await view(desk, 'subsidy_items?month=202610');
		if (!(total > 0) || !items.length) throw new Error('no money in the month');
		same(items.reduce((n, i) => n + i.fen, 0), total, 'sum of the duties'); // nobody is at the cap
		const [file] = await Promise.all([desk.waitForEvent('download'), desk.click('button:has-text("下载 .xlsx")')]);
		const saved = path.join(work, 'month.xlsx');
		await file.saveAs(saved);
		const rows = sheet(saved);
		const column = rows[0].indexOf('金额（元）');
		const names = rows[0].indexOf('姓名');
		same(rows.slice(1).reduce((n, r) => n + fen(r[column]), 0), total, 'sum of the sheet');
		same(rows.slice(1).map(r => r[names]).sort(), (await view(desk, 'subsidy_posting?month=202610')).map(r => r.name).sort(), 'names of the sheet');
		same(await printed(desk, 'posting'), 1, 'pages of the posting');
		await desk.click('button:has-text("签字锁定")');
		await desk.waitForSelector('.sheet .big-number');
		await look(desk, 'lock');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('li:has-text("✓ 学校已签字锁定")');
		await desk.click('text=记家委会');
		await desk.locator('.sheet').getByLabel('签字人姓名').fill('家长戊');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('li:has-text("✓ 家长委员会签字：家长戊")');
		await picture(desk, 'statement');
		const [step] = await view(desk, 'statements?month=202610');
		same([step.fen, step.parents], [total, '家长戊'], 'what was signed');
	});
	await test('what is posted bears names, hours, sums and signature lines, and no number of a person', async () => {
		await desk.emulateMedia({ media: 'print' });
		const text = await desk.evaluate(() => document.body.innerText);
		await desk.emulateMedia({ media: null });
		same([/家长委员会 _+/.test(text), /五个工作日/.test(text), /到了哪一步/.test(text), /\d{10,}/.test(text)], [true, true, false, false], 'on paper');
	});
}
