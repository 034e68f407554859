// The county confirms; two records disagree and somebody chooses.
import fs from 'node:fs';
import path from 'node:path';
import { back, exchange, hubDir, kehou, killHost, look, open, picture, same, SCHOOL, signIn, startHost, test, until, view, work } from './harness.mjs';

export async function theEvening(w) {
	const { desk, one, two } = w;
	await signIn(desk, '校长甲');
	await test('a tap that a machine put back has lost is sent again', async () => {
		const data = path.join(work, 'school'), name = '退而复来';
		const staff = async () => (await view(desk, 'staff')).filter(s => s.name === name).length;
		await killHost();
		fs.cpSync(data, data + '.old', { recursive: true, filter: name => !name.endsWith('/control') }); // a socket
		await startHost();
		await signIn(desk, '校长甲');
		await desk.evaluate(who => new Promise((resolve, reject) => {
			const asked = indexedDB.open('kehou', 1);
			asked.onerror = reject;
			asked.onsuccess = () => {
				const change = asked.result.transaction('outbox', 'readwrite');
				change.objectStore('outbox').add({ request_id: 'lost', command: 'staff.add', args: { name: who, roles: 'guard' }, about: who, staff: '', staff_name: '', made_ms: Date.now(), state: 'phone' });
				change.oncomplete = () => resolve();
			};
		}), name);
		await desk.reload();
		await until(staff, 1, 'taken once');
		await open(desk, 'outbox');
		await desk.waitForSelector(`.item.host:has-text("${name}")`);
		await killHost();
		fs.rmSync(data, { recursive: true });
		fs.renameSync(data + '.old', data);
		await startHost();
		await signIn(desk, '校长甲');
		await until(staff, 1, 'taken again');
		await open(desk, 'outbox');
		await desk.waitForSelector(`.item.host:has-text("${name}")`);
		await back(one, '老师乙');
		await back(two, '老师丙');
	});
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
