// The school's clock is UTC+8 whatever the phone thinks; the host's clock is the one that counts.
import { t } from './words';

const EAST_MS = 8 * 3600 * 1000;
let offset_ms = 0; // host minus phone

export function setHostClock(now_ms: number): void {
	offset_ms = now_ms - Date.now();
}

export const clockDifference_ms = () => offset_ms;
export const DAYS_2000_MS = 946684800000; // dates in rows are days since 2000
export const now_ms = () => Date.now() + offset_ms;

const pad = (n: number) => (n < 10 ? '0' : '') + n;
const school = (ms: number) => new Date(ms + EAST_MS);

export function dateOf(ms: number): string {
	return school(ms).toISOString().slice(0, 10);
}
export const today = () => dateOf(now_ms());

export function timeOf(ms: number): string {
	return school(ms).toISOString().slice(11, 16);
}

export function minuteOfDay(): number {
	const d = school(now_ms());
	return d.getUTCHours() * 60 + d.getUTCMinutes();
}

// Noon until 13:45, then the afternoon.
export const slotNow = () => (minuteOfDay() < 13 * 60 + 45 ? 1 : 2);

export function weekday(date: string): string {
	const d = new Date(date + 'T00:00:00Z').getUTCDay();
	return t('星期' + '日一二三四五六'[d], ['Sunday', 'Monday', 'Tuesday', 'Wednesday',
		'Thursday', 'Friday', 'Saturday'][d]);
}

export function longDate(date: string): string {
	const [, m, d] = date.split('-').map(Number);
	return t(m + '月' + d + '日 ', d + '/' + m + ' ') + weekday(date);
}

export function addDays(date: string, days: number): string {
	return new Date(Date.parse(date + 'T00:00:00Z') + days * 86400000).toISOString().slice(0, 10);
}

// The Monday of the week of a date.
export const monday = (date: string) => addDays(date, 1 - (new Date(date + 'T00:00:00Z').getUTCDay() || 7));

// Today the time alone, otherwise the day too.
export function whenMs(ms: number): string {
	const day = dateOf(ms);
	if (day === today()) return t('今天 ', 'today ') + timeOf(ms);
	const [y, m, d] = day.split('-').map(Number);
	const year = day.slice(0, 4) === today().slice(0, 4) ? '' : t(y + '年', y + '-');
	return t(year + m + '月' + d + '日 ', year + pad(m) + '-' + pad(d) + ' ') + timeOf(ms);
}
export const whenS = (s: number) => whenMs(s * 1000);

export const minutesOf = (hhmm: string) => Number(hhmm.slice(0, 2)) * 60 + Number(hhmm.slice(3, 5));
