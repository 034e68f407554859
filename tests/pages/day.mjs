// A day with two phones: roll call, handover, leaving, an incident, through loss of Wi-Fi,
// a machine that is killed, a reload.
import { arrived, back, BIG, call, device, GRP, killHost, look, marksOf, moveTo, open, PHONE, picture, PIN, same, signIn, startHost, test, today, until, view } from './harness.mjs';

const leavings = page => view(page, 'leavings?date=' + today());

export async function theDay(w) {
	await test('two phones sign in', async () => {
		w.one = await device(PHONE);
		await w.one.waitForSelector('h1:has-text("登录")');
		await look(w.one, 'signin');
		await signIn(w.one, '老师乙');
		w.two = await device(PHONE);
		await signIn(w.two, '老师丙');
	}, true);
	await test('usual ways home: a route with its leader, walkers', async () => {
		const { desk } = w;
		const staff = (await view(desk, 'staff')).find(s => s.name === '老师丙').staff;
		const { rows } = await call(desk, 'route.set', { kind: 2, name: '东线', leader: staff });
		w.route = rows[0].route;
		const kids = (await view(desk, 'pupils?grp=' + GRP)).filter(p => p.consent);
		for (const k of kids.slice(0, 4)) await call(desk, 'pupil.way', { pupil: k.pupil, how: 2, route: w.route });
		const guardian = (await view(desk, 'guardians?grp=' + GRP)).find(g => g.pupil === kids[5].pupil).guardian;
		await call(desk, 'pupil.way', { pupil: kids[5].pupil, how: 4, asked_by: guardian, asked_on: today() });
	}, true);
	await test('R12_roll call of 45 with three away: at most 12 taps, and found by initials', async () => {
		const { two } = w;
		let taps = 0;
		const tap = async where => {
			taps++;
			await where.click();
		};
		await open(two, 'today', '今日');
		const began = Date.now();
		await tap(two.locator('nav a:has-text("点名")'));
		await tap(two.locator('.session:has-text("三年级2班")'));
		await two.waitForSelector('.counts:has-text("到 45")');
		for (const name of ['丙寅', '辛未', '己丑']) await tap(two.locator('.child', { hasText: name }));
		await two.waitForSelector('.counts:has-text("未到 3")');
		await tap(two.locator('button:has-text("点名完成")'));
		await arrived(two);
		console.log(`# roll call of 45: ${taps} taps, ${((Date.now() - began) / 1000).toFixed(1)} s by the script`);
		if (taps > 12) throw new Error(taps + ' taps');
		same((await marksOf(two, BIG)).reduce((n, m) => { n[m.state]++; return n; }, { 1: 0, 2: 0, 3: 0 }), { 1: 42, 2: 3, 3: 0 }, 'marks');
		await two.fill('#find', 'BY');
		same(await two.locator('.children .child').first().textContent().then(x => x.slice(0, 2)), '丙寅', 'found by BY');
		await picture(two, 'roll-45');
	});
	await test('roll call without Wi-Fi: taps stay on the phone through a reload, and arrive once', async () => {
		const { one, two } = w;
		await open(one, 'roll');
		await one.click('.session:has-text("三年级1班")');
		await one.waitForSelector('.child');
		await one.context().setOffline(true);
		for (const i of [0, 3, 5]) await one.locator('.child').nth(i).click();
		await one.waitForSelector('.counts:has-text("未到 3")');
		await one.evaluate(() => document.activeElement.blur()); // as a finger leaves it
		await picture(one, 'roll');
		await one.click('button:has-text("点名完成")');
		await one.waitForSelector('.fact.phone:has-text("手机上 1 条")');
		await picture(one, 'offline');
		await open(one, 'outbox');
		await one.waitForSelector('.item.phone:has-text("已存手机，还没到主机")');
		await look(one, 'outbox-waiting');
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
		const { one } = w;
		await open(one, 'roll/2/0/202301');
		await one.waitForSelector('.child');
		// Until the page has it, and until the frame after that.
		const tapped = () => new Promise(resolve => {
			const child = document.querySelectorAll('details .child, .children .child')[0];
			const seen = new MutationObserver(() => {
				seen.disconnect();
				const known = performance.now() - start;
				requestAnimationFrame(() => setTimeout(() => resolve([known, performance.now() - start]), 0));
			});
			seen.observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true });
			const start = performance.now();
			child.click();
		});
		const [known, drawn] = await one.evaluate(tapped);
		console.log(`# a tap is on the screen after ${known.toFixed(1)} ms, drawn after ${drawn.toFixed(1)} ms`);
		const cdp = await one.context().newCDPSession(one);
		await cdp.send('Emulation.setCPUThrottlingRate', { rate: 6 }); // an old phone, about
		const [slow, late] = await one.evaluate(tapped);
		await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
		console.log(`# at a sixth of the speed after ${slow.toFixed(1)} ms, drawn after ${late.toFixed(1)} ms`);
		await one.waitForSelector('.child .dot', { state: 'detached' });
		// A phone whose store answers late: shown at once, as being saved until it is.
		await one.evaluate(() => {
			const put = IDBObjectStore.prototype.put;
			IDBObjectStore.prototype.put = function (...args) {
				const asked = put.apply(this, args);
				const busy = () => { if (!window.storeNow) this.get('').onsuccess = busy; }; // keeps the transaction open
				if (this.name === 'draft') busy();
				return asked;
			};
		});
		const first = one.locator('details .child, .children .child').first();
		const before = await first.textContent();
		await first.click();
		await one.waitForSelector('.child .dot');
		same((await first.textContent()) === before, false, 'the tap on the screen');
		await one.evaluate(() => { window.storeNow = true; });
		await one.waitForSelector('.child .dot', { state: 'detached' });
		await one.reload();
		await one.waitForSelector('.child');
	});
	await test('R19_a child whom nobody knows is taken in at roll call, and a wrong tap is undone', async () => {
		const { two } = w;
		await open(two, 'roll/2/0/202101'); // a class without consents
		await two.waitForSelector('.child');
		await two.locator('.child').first().click();
		await two.waitForSelector('.counts:has-text("到 1")');
		await two.click('text=撤销上一步');
		await two.waitForSelector('.counts:has-text("到 0")');
		await two.locator('.child').first().click();
		await two.click('.foot button');
		await arrived(two);
		await two.click('text=其他班的孩子来了');
		await two.getByLabel('姓名或拼音首字母').fill('新来的孩子');
		await look(two, 'walk-in');
		await two.click('button:has-text("名单上没有")');
		await arrived(two);
		await two.waitForSelector('.child:has-text("新来的孩子"):has-text("同意书待补")');
		await two.waitForSelector('.counts:has-text("到 2")');
		same((await marksOf(two, 202101)).length, 2, 'marks');
		await open(two, 'leave/2/0/202101');
		await two.waitForSelector('.counts:has-text("还在 2")');
		await two.click('button:has-text("人照常离校")');
		await arrived(two);
	});
	await test("the second phone's late roll call does not undo the first one's absences", async () => {
		const { two } = w;
		await open(two, `roll/2/0/${GRP}`);
		await two.waitForSelector('text=已点名');
		await call(two, 'rollcall', { date: today(), slot: 2, site: 0, grp: GRP, keep: 1, here: JSON.stringify((await marksOf(two, GRP)).map(m => m.pupil)), absent: '[]', excused: '[]', extra: '[]' });
		same((await marksOf(two, GRP)).filter(m => m.state === 2).length, 3, 'absent');
	});
	await test('a child that came late is corrected on the second phone and seen on the first', async () => {
		const { one, two } = w;
		await open(two, `roll/2/0/${GRP}`);
		await two.locator('.child.s2').first().click();
		await two.locator('.sheet').getByText('到', { exact: false }).first().waitFor();
		await look(two, 'correct');
		await two.locator('.sheet .stack button').first().click();
		await until(async () => (await marksOf(one, GRP)).filter(m => m.state === 2).length, 2, 'absent');
		await open(one, `roll/2/0/${GRP}`);
		await one.waitForSelector('.counts:has-text("未到 2")');
	});
	await test('handover: counts, and the PIN of who takes over on the same phone', async () => {
		const { one } = w;
		await open(one, `hand/2/0/${GRP}`, '三年级1班');
		await one.getByLabel('当面清点').fill(String((await marksOf(one, GRP)).filter(m => m.state === 1).length));
		await one.getByLabel('交给谁').selectOption({ label: '老师丙' });
		await one.getByLabel('接班人的 PIN 码').fill(PIN);
		await look(one, 'hand');
		await one.click('button:has-text("登记交接")');
		await one.waitForSelector('.note:has-text("双方已确认")');
		const rows = await view(one, 'handovers?date=' + today());
		same([rows.length, rows[0].from_staff, rows[0].to_staff, rows[0].counted - rows[0].expected], [1, '老师乙', '老师丙', 0], 'handover');
		await one.waitForSelector('.who:has-text("老师丙")');
	});
	await test('handover on two phones: one gives, the other confirms with their own sign-in', async () => {
		const { one, two } = w;
		await signIn(one, '老师乙');
		await open(two, `hand/2/0/${BIG}`, '三年级2班');
		await two.getByLabel('当面清点').fill('41');
		await two.getByLabel('交给谁').selectOption({ label: '老师乙' });
		await two.getByLabel('他在自己的手机上确认').check();
		await two.getByLabel('相差 1 人').fill('一个孩子在厕所');
		await two.click('button:has-text("登记交接")');
		await two.waitForSelector('.note:has-text("还没有在自己的手机上确认")');
		await open(one, 'today', '今日');
		await one.reload(); // by itself the page looks again after half a minute
		await one.click('.note a:has-text("老师丙")');
		await one.waitForSelector('.note:has-text("把孩子交给您")');
		await look(one, 'hand-confirm');
		await one.getByLabel('当面清点').fill('42');
		await one.click('button:has-text("确认接班")');
		await one.waitForSelector('.note:has-text("双方已确认")');
		same((await view(one, 'handovers?date=' + today())).filter(h => h.grp === BIG).map(h => h.by_id === h.from_id ? '交' : '接'), ['交', '接'], 'entries');
	});
	await test('a route sets off in one tap, with its leader', async () => {
		const { two } = w;
		await open(two, `leave/2/0/${GRP}`, '三年级1班');
		await two.waitForSelector('.timer:has-text("离放学")');
		await two.waitForSelector('.band:has-text("东线")');
		await picture(two, 'leave');
		const going = await two.locator('.band:has-text("东线") .child').count();
		await two.waitForSelector('.band h2:has-text("带队：老师丙")');
		// Nobody who was taken back stands for a moment in another group, whose button would then be tapped.
		await two.evaluate(() => {
			const names = Array.from(document.querySelectorAll('.band')).find(b => /东线/.test(b.textContent)).querySelectorAll('.child .name');
			const mine = Array.from(names).map(x => x.textContent);
			window.strayed = [];
			new MutationObserver(() => document.querySelectorAll('.band').forEach(b => {
				if (!/东线/.test(b.textContent)) b.querySelectorAll('.child .name').forEach(x => { if (mine.includes(x.textContent)) window.strayed.push(x.textContent); });
			})).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true });
		});
		await two.click('.band:has-text("东线") button:has-text("都走了")');
		await two.click('button:has-text("撤销，还没走")'); // too early
		await two.waitForFunction(n => Array.from(document.querySelectorAll('.band')).some(b => /东线/.test(b.textContent) && b.querySelectorAll('.child').length === n), going);
		await two.click('.band:has-text("东线") button:has-text("都走了")');
		await two.waitForSelector('.went:has-text("东线 ' + going + ' 人走了")');
		same(await two.evaluate(() => window.strayed), [], 'children in a group that is not theirs');
		await look(two, 'leave-route');
		await arrived(two);
		await two.reload();
		await two.waitForSelector('.went:has-text("东线 ' + going + ' 人走了") button'); // it may still be taken back
		await until(async () => (await leavings(two)).filter(l => l.how === 2).length, going, 'gone with the route');
	});
	await test('R1_all the others leave in one tap, without Wi-Fi: taken back by one more, survives a reload, arrives once', async () => {
		const { one } = w;
		await open(one, `leave/2/0/${BIG}`, '三年级2班');
		await one.waitForSelector('.child');
		await one.context().setOffline(true);
		await one.locator('.child', { hasText: '甲子' }).click();
		await one.locator('.sheet .stack button').first().click();
		await one.waitForSelector('.counts:has-text("还在 41")');
		await one.click('button:has-text("人照常离校")');
		await one.waitForSelector('.counts:has-text("还在 0")');
		await look(one, 'leave-all');
		await one.click('button:has-text("撤销，还没走")'); // who left alone before stays gone
		await one.waitForSelector('.counts:has-text("还在 41")');
		same(await one.locator('.went').count(), 0, 'what was taken back can be taken back again');
		await one.click('button:has-text("人照常离校")');
		await one.waitForSelector('.counts:has-text("还在 0")');
		await one.waitForSelector('.fact.phone:has-text("手机上 4 条")');
		// Meanwhile the office: one came late, whom that phone never showed; one was fetched by an aunt.
		const { desk } = w;
		const of = async name => (await marksOf(desk, BIG)).find(m => m.name.startsWith(name)).pupil;
		const late = await of('丙寅');
		await call(desk, 'attendance.correct', { date: today(), slot: 2, site: 0, grp: BIG, pupil: late, state: 1, reason: '晚到' });
		await call(desk, 'leave.one', { date: today(), slot: 2, pupil: await of('乙丑'), how: 1, person: '姨妈', approval: '母亲电话同意' });
		await one.context().setOffline(false);
		await one.reload();
		await arrived(one);
		const gone = (await leavings(one)).filter(l => l.grp === BIG);
		same([gone.length, new Set(gone.map(g => g.pupil)).size], [42, 42], 'leavings');
		same([gone.some(g => g.pupil === late), gone.filter(g => g.with_whom === '姨妈').length], [false, 1], 'who came late is here, the aunt stands');
		await one.waitForSelector('.note:has-text("保持原样"):has-text("乙丑"):has-text("姨妈")');
		await one.waitForSelector('.counts:has-text("还在 1")');
		await one.waitForSelector('.child:not(.gone):has-text("丙寅")');
		await look(one, 'leave-left-out');
		await one.click('button:has-text("其余 1 人照常离校")');
		await arrived(one);
	});
	await test('kill -9 in the middle of leaving: nothing lost, nothing twice', async () => {
		const { one, two } = w;
		await open(two, `leave/2/0/${GRP}`, '三年级1班');
		await two.waitForSelector('.child');
		const here = await two.locator('.child:not(.gone)').count();
		await two.locator('.child:not(.gone)').first().click();
		await two.click('text=没登记的人来接');
		await two.waitForSelector('.sheet a[href^="tel:"]'); // whom to ask, by a tap
		await two.getByLabel('来接的人').fill('邻居（见过）');
		await look(two, 'stranger');
		const posted = two.waitForRequest(r => /command\/leave\.one/.test(r.url()));
		await two.click('button:has-text("登记接走")');
		await posted;
		await killHost();
		await two.click('button:has-text("人照常离校")');
		await two.waitForSelector('.fact.phone');
		await two.waitForSelector('.counts:has-text("还在 0")');
		await startHost();
		await back(two, '老师丙');
		await arrived(two);
		const gone = (await leavings(two)).filter(g => g.grp === GRP && g.how !== 2);
		same([gone.length, new Set(gone.map(g => g.pupil)).size], [here, here], 'leavings');
		same(gone.filter(g => g.with_whom === '邻居（见过）').length, 1, 'the one with the neighbour');
		await open(two, 'today', '今日');
		await two.waitForSelector('.big-number:has-text("0")');
		await back(one, '老师乙');
	});
	await test('R12_not collected 30 minutes after the end: the page says so, head informed, the guard keeps the child', async () => {
		const { two } = w;
		await open(two, `leave/2/0/${GRP}`, '三年级1班');
		await two.locator('.child.gone').first().click();
		await two.click('text=登记错了');
		await arrived(two);
		await moveTo('2026-10-29T18:35:00');
		await back(two, '老师丙');
		await open(two, 'today', '今日');
		await two.reload(); // as above
		await two.waitForSelector('.note:has-text("已超过 30 分钟")');
		await picture(two, 'today');
		await two.click('.note a:has-text("已超过 30 分钟")');
		await two.waitForSelector('.note:has-text("没人接")');
		await two.locator('.child:not(.gone)').first().click();
		await two.click('text=没人来接');
		await look(two, 'late');
		await two.click('button:has-text("已告知校长")');
		await arrived(two);
		await two.locator('.child:not(.gone)').first().click();
		await two.click('text=没人来接');
		await two.getByLabel('教职工或保安').selectOption({ index: 1 });
		await two.getByLabel('已在纸上签字').check();
		await two.click('button:has-text("登记看护")');
		await arrived(two);
		await two.waitForSelector('.child-state:has-text("保安丁 看护")');
		const [late] = await view(two, `not_collected?date=${today()}&time=18:40`);
		same([late.kept_by, late.signed, !!late.informed_at], ['保安丁', 1, true], 'kept by');
		await two.locator('.child:not(.gone)').first().click();
		await two.locator('.sheet .stack button').first().click();
		await arrived(two);
	});
	await test('the rooms are checked and the session closed', async () => {
		const { two } = w;
		for (const grp of [GRP, BIG]) {
			await open(two, `leave/2/0/${grp}`, '三年级');
			await two.click('button:has-text("查房清场")');
			await two.click('text=都看过，没有人了');
			await two.waitForSelector('.note:has-text("已查房清场")');
			await arrived(two);
		}
	});
	await test('an incident without Wi-Fi: plan and numbers at once, a call keeps the time of the tap', async () => {
		const { two } = w;
		await open(two, 'today', '今日');
		await two.context().setOffline(true); // before anybody thought of an incident
		await open(two, 'incident/new', '报告事件');
		await two.getByLabel('在哪里').fill('操场');
		await two.getByLabel('发生了什么').fill('跑步时摔倒，膝盖擦破，已清洗包扎。');
		await look(two, 'incident-new');
		await two.click('button[type=submit]');
		await two.waitForSelector('text=要打的电话');
		await two.waitForSelector('h2:has-text("县里的预案")');
		await two.waitForSelector('.steps:has-text("看护人留在孩子身边")');
		await two.evaluate(() => document.addEventListener('click', e => { if (e.target.closest('a[href^="tel:"]')) e.preventDefault(); }, true));
		await two.click('.dial:has-text("120")');
		await two.waitForSelector('.log .item.phone:has-text("拨打")');
		await look(two, 'incident-sent');
		await two.context().setOffline(false);
		await arrived(two);
		await two.click('a:has-text("补充情况")');
		await two.waitForSelector('.log .item:has-text("120")');
		await two.getByLabel('内容').fill('母亲 17:20 接电话，知道了。');
		await two.click('button:has-text("记下")');
		await two.waitForSelector('.log .item:has-text("母亲")');
		await two.click('summary:has-text("补充涉及的孩子")');
		await two.getByLabel('姓名或拼音首字母').fill('甲子');
		await two.click('.person:has-text("甲子")');
		await two.locator('details button:has-text("记下")').first().click();
		await until(async () => (await view(two, 'incidents')).map(i => [JSON.parse(i.notes).map(n => n.number), JSON.parse(i.people).length]), [[['120', null], 1]], 'incidents with their notes');
	});
}
