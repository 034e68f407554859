// Pages that a phone seldom needs travel in a second script, those made for a PC in a third;
// each is loaded when one of its pages is opened.
import type { ComponentChildren } from 'preact';
import { getLang } from './words';

type Show = (rest: string[]) => ComponentChildren;

const PC = ['setup', 'import', 'week', 'statement', 'paper', 'late', 'machine', 'backup', 'schools', 'help'];
const pages: { [page: string]: Show } = {};
const loading: { [script: string]: Promise<void> | undefined } = {};
let tries = 0;

export const officePage = (page: string): Show | undefined => pages[page];

// Another script says what it brings.
export function offer(brought: { [page: string]: Show }): void {
	Object.assign(pages, brought);
}

// A module that could not be fetched is not asked for again under the same address.
export function loadOffice(page: string): Promise<void> {
	const name = 'data-' + (PC.indexOf(page) >= 0 ? 'pc-' : 'desk-') + getLang();
	const path = document.getElementById('app')!.getAttribute(name)!.split(' ')[0];
	return loading[name] || (loading[name] = new Promise((resolve, reject) => {
		const script = document.createElement('script');
		script.type = 'module';
		script.src = path + (tries++ ? '?' + tries : '');
		script.onload = () => resolve();
		script.onerror = () => {
			delete loading[name];
			script.remove();
			reject(new Error('office'));
		};
		document.head.appendChild(script);
	}));
}
