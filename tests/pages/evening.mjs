// The county confirms; two records disagree and somebody chooses.
import { exchange, hubDir, kehou, look, open, picture, same, SCHOOL, signIn, test, view } from './harness.mjs';

export async function theEvening(w) {
	const { desk, two } = w;
	await signIn(desk, '校长甲');
	await test('the county confirms, and the phone says so', async () => {
		await exchange(desk);
		await exchange(desk);
		await open(two, 'outbox');
		await two.click('text=现在再送');
		await two.waitForSelector('.item.county:has-text("照常离校")');
		await open(desk, 'exchange', '上报与U盘');
		await desk.waitForSelector('.table td:has-text("收到")');
		await picture(desk, 'exchange');
	});
	await test('two records disagree: side by side, and a choice closes the matter', async () => {
		const child = (await view(desk, 'pupils'))[0];
		const edit = birth => kehou('-D', hubDir, 'do', 'pupil.edit', 'school=' + SCHOOL, 'pupil=' + child.pupil, 'birth=' + birth);
		await exchange(desk, () => edit('2016-05-01'));
		// Written at the county before it saw the school's own.
		await open(desk, 'pupils/' + child.pupil);
		await desk.click('button:has-text("更正")');
		await desk.locator('.sheet').getByLabel('出生日期').fill('2016-05-12');
		await desk.click('.sheet button[type=submit]');
		await desk.waitForSelector('dd:has-text("2016-05-12")');
		edit('2016-05-02');
		await exchange(desk);
		await open(desk, 'today');
		await open(desk, 'exchange', '上报与U盘');
		await desk.waitForSelector('#conflicts .conflict');
		await look(desk, 'conflict');
		const sides = await desk.locator('#conflicts .side').allTextContents();
		same([sides.filter(s => s.includes('校长甲，告成镇冶上教学点')).length, sides.filter(s => s.includes('登封市')).length], [1, 1], 'who wrote which');
		const chosen = await desk.locator('#conflicts .side').nth(1).locator('.value').textContent();
		await desk.locator('#conflicts .side button').nth(1).click();
		await desk.waitForSelector('#conflicts', { state: 'detached' });
		same((await view(desk, 'pupil?pupil=' + child.pupil))[0].birth, chosen, 'the chosen value');
	});
}
