// Pages of the PC without a mouse: every stop is reached by Tab in the order of the page, is
// seen, is left again; dialogs take the focus, keep it and give it back.
import { open, settled } from './harness.mjs';

// Numbers what a keyboard must reach, in the order in which it stands.
const mark = page => page.evaluate(() => {
	const shown = e => e.offsetParent !== null && getComputedStyle(e).visibility !== 'hidden' && !(e.closest('details:not([open])') && !e.matches('summary'));
	const all = Array.from(document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex="0"]')).filter(e => !e.disabled && e.tabIndex >= 0 && (shown(e) || e.classList.contains('skip')));
	document.querySelectorAll('[data-stop]').forEach(e => e.removeAttribute('data-stop'));
	all.forEach((e, i) => e.setAttribute('data-stop', i));
	document.body.tabIndex = -1; // so that Tab begins at the top
	document.body.focus();
	document.body.removeAttribute('tabindex');
	window.scrollTo(0, 0);
	return all.length;
});

// Where the focus is, and what is wrong with how it shows.
const look = page => page.evaluate(() => {
	const e = document.activeElement;
	if (!e || e === document.body || e === document.documentElement) return { at: -1 };
	const box = e.getBoundingClientRect();
	const style = getComputedStyle(e);
	const name = e.outerHTML.slice(0, 90);
	const wrong = [];
	if (style.outlineStyle === 'none' || !parseFloat(style.outlineWidth)) wrong.push('no ring: ' + name);
	if (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1) wrong.push('outside of the window: ' + name);
	else {
		const x = Math.min(innerWidth - 2, Math.max(1, (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2));
		const y = Math.min(innerHeight - 2, Math.max(1, (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2));
		const top = document.elementFromPoint(x, y);
		if (top && !e.contains(top) && !top.contains(e)) wrong.push('covered by ' + top.className + ': ' + name);
	}
	return { at: Number(e.getAttribute('data-stop') || -2), parts: /^(date|time|month|datetime-local)$/.test(e.type), wrong, name };
});

// What a walk by Tab through the page finds wrong.
export async function walk(page) {
	const count = await mark(page);
	const found = [];
	const press = async key => {
		await page.keyboard.press(key);
		return look(page);
	};
	let expected = 0;
	let parts = 0;
	while (expected < count) {
		const now = await press('Tab');
		if (now.at === expected - 1 && now.parts && parts++ < 5) continue; // day, month, year of one field
		parts = 0;
		if (now.at !== expected) return found.concat(`stop ${now.at} instead of ${expected} of ${count}: ${now.name}`);
		found.push(...now.wrong);
		expected++;
	}
	if (count < 2) return found;
	let now = await look(page);
	for (let i = 0; i < 6 && now.at === count - 1; i++) now = await press('Shift+Tab');
	if (now.at !== count - 2) found.push(`back from ${count - 1} to ${now.at}`);
	for (let i = 0; i < 12 && now.at > 0; i++) now = await press('Tab');
	if (now.at > 0) found.push('no way out at the end: ' + now.name);
	return found;
}

// The button of a page opens a dialog: by Enter, and by Space.
export async function dialog(page, route, opener) {
	const found = [];
	await open(page, route);
	await settled(page);
	await page.waitForSelector(opener);
	for (const key of ['Enter', ' ']) {
		await page.focus(opener);
		await page.keyboard.press(key);
		await page.waitForSelector('.sheet');
		const inside = () => page.evaluate(() => !!document.activeElement.closest('.sheet'));
		if (!await inside()) found.push('the focus is not in the dialog');
		const stops = await page.evaluate(() => document.querySelectorAll('.sheet button:not([disabled]),.sheet input,.sheet select,.sheet textarea,.sheet a[href]').length);
		for (const way of ['Tab', 'Shift+Tab']) for (let i = 0; i < 5 * stops + 2; i++) {
			await page.keyboard.press(way);
			if (await inside()) continue;
			found.push(`${way} leaves the dialog`);
			break;
		}
		await page.keyboard.press('Escape');
		await page.waitForSelector('.sheet', { state: 'detached' });
		if (!await page.evaluate(o => document.activeElement.matches(o.replace(/:has-text\(.*?\)/, '')), opener)) found.push('the focus is not back at the button');
	}
	return found.map(f => `${route} ${opener}: ${f}`);
}
