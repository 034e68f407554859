// Pages that a phone seldom needs travel in a second script, loaded when one is opened.
import type { ComponentChildren } from 'preact';

type Show = (rest: string[]) => ComponentChildren;

const pages: { [page: string]: Show } = {};
let loading: Promise<void> | null = null;
let tries = 0;

export const officePage = (page: string): Show | undefined => pages[page];

// The second script says what it brings.
export function offer(brought: { [page: string]: Show }): void {
	Object.assign(pages, brought);
}

// A module that could not be fetched is not asked for again under the same address.
export function loadOffice(): Promise<void> {
	if (!loading) loading = new Promise((resolve, reject) => {
		const script = document.createElement('script');
		script.type = 'module';
		script.src = document.getElementById('app')!.getAttribute('data-office')! + (tries++ ? '?' + tries : '');
		script.onload = () => resolve();
		script.onerror = () => {
			loading = null;
			script.remove();
			reject(new Error('office'));
		};
		document.head.appendChild(script);
	});
	return loading;
}
