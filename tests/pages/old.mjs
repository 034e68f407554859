// Real old Chromiums out of npm packages, and a browser that is too old.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { audit, base, contextsOf, device, env, PHONE, picture, PIN, require, same, shots, skipped, test, work } from './harness.mjs';

const WebSocket = require(path.join(env.WEB_NPM, 'node_modules/playwright-core/lib/utilsBundle.js')).ws;
const OLD = [['66', 'chromium-66/bin/chromium.br'], ['69', 'chromium-69/bin/chromium-69.0.3494.0.br']];

// The package carries the program under Brotli. Starts it; null where it does not run.
async function start(version, packed) {
	const home = fs.mkdtempSync(work + '/old');
	const program = path.join(home, 'chromium');
	fs.writeFileSync(program, zlib.brotliDecompressSync(fs.readFileSync(path.join(env.WEB_NPM, 'node_modules', packed))), { mode: 0o755 });
	const process = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--single-process', '--no-zygote', '--lang=zh-CN', '--window-size=360,740', '--remote-debugging-port=0', '--user-data-dir=' + home, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...env, HOME: home } });
	const port = await new Promise(resolve => {
		let said = '';
		process.stderr.on('data', d => {
			said += d;
			const found = said.match(/listening on ws:\/\/127\.0\.0\.1:(\d+)/);
			if (found) resolve(found[1]);
		});
		process.once('error', () => resolve(null));
		process.once('exit', () => resolve(null));
	});
	return port && { process, port };
}

// A page of it, over its own protocol: evaluate, until something holds, a picture.
async function connect(port) {
	// It listens before it has its first page.
	let target;
	for (const end = Date.now() + 60000; !target && Date.now() < end;) [target] = await fetch(`http://127.0.0.1:${port}/json/list`).then(r => r.json());
	const socket = new WebSocket(target.webSocketDebuggerUrl);
	const waiting = new Map();
	const problems = [];
	let next = 0;
	await new Promise((resolve, reject) => {
		socket.once('open', resolve);
		socket.once('error', reject);
	});
	socket.on('message', data => {
		const m = JSON.parse(String(data));
		if (m.method === 'Runtime.exceptionThrown') problems.push(m.params.exceptionDetails.text + ' ' + ((m.params.exceptionDetails.exception || {}).description || ''));
		if (waiting.has(m.id)) {
			waiting.get(m.id)(m);
			waiting.delete(m.id);
		}
	});
	const ask = (method, params = {}) => new Promise((resolve, reject) => {
		waiting.set(++next, m => m.error ? reject(new Error(method + ': ' + m.error.message)) : resolve(m.result));
		socket.send(JSON.stringify({ id: next, method, params }));
	});
	const evaluate = async expression => {
		const r = await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
		if (r.exceptionDetails) throw new Error(expression + ': ' + JSON.stringify(r.exceptionDetails));
		return r.result.value;
	};
	const until = async (expression, what) => {
		const end = Date.now() + 60000;
		while (!await evaluate(expression)) if (Date.now() > end) throw new Error(what + ': ' + await evaluate('document.body.innerText'));
	};
	await ask('Runtime.enable');
	await ask('Page.enable');
	return { ask, evaluate, until, problems, close: () => socket.close() };
}

const fill = (where, value) => `(() => { const e = document.querySelector('${where}'); e.value = '${value}'; e.dispatchEvent(new Event('input', { bubbles: true })); })()`;

async function signInAndCall(old) {
	await old.ask('Page.navigate', { url: base + '#/who' });
	await old.until(`/登录/.test((document.querySelector('h1') || {}).textContent)`, 'sign-in');
	await old.evaluate(fill('input[autocomplete=username]', '老师乙'));
	await old.evaluate(fill('input[type=password]', PIN));
	await old.evaluate(`document.querySelector('button[type=submit]').click()`);
	await old.until(`/今日/.test(document.querySelector('h1').textContent)`, 'today');
	await old.evaluate(`location.hash = '#/roll/1/0/202402'`);
	await old.until(`document.querySelector('.child')`, 'the class');
	await old.evaluate(`document.querySelectorAll('.child')[0].click()`);
	await old.until(`/未到 1/.test(document.querySelector('.counts').textContent) || document.querySelector('.child.s1')`, 'a tap');
	const counts = await old.evaluate(`document.querySelector('.counts').textContent`);
	// As soon as it is no longer shown as being saved.
	await old.until(`!document.querySelector('.dot')`, 'the draft in the store');
	await old.ask('Page.reload');
	await old.until(`document.querySelector('.counts') && document.querySelector('.counts').textContent === ${JSON.stringify(counts)}`, 'the draft after a reload');
	await old.evaluate(`location.hash = '#/exchange'`);
	await old.until(`/学校 → 县中心/.test(document.body.innerText)`, 'a page of the second script');
}

export async function oldBrowsers() {
	for (const [version, packed] of OLD) {
		const name = `Chromium ${version} signs in, takes a tap, keeps it over a reload, opens the office's pages`;
		const started = await start(version, packed).catch(() => null);
		if (!started) {
			skipped(name, 'it does not start here');
			continue;
		}
		await test(name, async () => {
			const old = await connect(started.port);
			await signInAndCall(old);
			const { data } = await old.ask('Page.captureScreenshot');
			fs.writeFileSync(path.join(shots, `chromium-${version}.png`), Buffer.from(data, 'base64'));
			same(old.problems, [], 'errors');
			old.close();
		});
		started.process.kill('SIGKILL');
	}
	await test('a browser that knows no modules reads what to do, in words', async () => {
		const page = await device(PHONE);
		// What such a browser does: it ignores scripts of type module and runs those marked nomodule.
		await page.route(base, async route => {
			const answer = await route.fetch();
			await route.fulfill({ response: answer, body: (await answer.text()).replace(/<script type="module"[^>]*><\/script>/, '').replace('<script nomodule', '<script') });
		});
		await page.goto('about:blank');
		await page.goto(base);
		await page.waitForSelector('h1:has-text("这个浏览器太旧")');
		same(await page.locator('#app').isVisible(), false, 'the empty page');
		same(await page.locator('#old:has-text("数据没有丢失")').isVisible(), true, 'what to do');
		same(await audit(page), [], 'axe');
		await picture(page, 'old-browser');
		await page.close();
		contextsOf().pop().close();
	});
}
