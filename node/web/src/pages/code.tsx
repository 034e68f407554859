// An invitation read over the telephone: five groups of six digits. The last digit of a group
// checks it, by Damm's table over the group's number and its digits, so that a digit heard
// wrongly or two exchanged are seen while they are typed.
import { useRef, useState } from 'preact/hooks';
import { Button, Field, Note } from '../ui';
import { t } from '../words';

const GROUPS = 5;
const DIGITS = 6;
const DAMM = ['0317598642', '7092154863', '4206871359', '1750983426', '6123045978', '3674209581', '5869720134', '8945362017', '9438617205', '2581436790'];

const digits = (text: string) => text.replace(/[０-９]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\D/g, '');
export const groupHolds = (number: number, group: string) => group.length === DIGITS &&
	(number + group).split('').reduce((at, d) => Number(DAMM[at][Number(d)]), 0) === 0;

function Group(p: { number: number; value: string; onInput: (v: string) => void; box: (e: HTMLInputElement | null) => void }) {
	const full = p.value.length === DIGITS;
	const good = groupHolds(p.number, p.value);
	const id = 'group' + p.number;
	return <div class={'field group' + (full ? good ? ' holds' : ' wrong' : '')}><label for={id}>{t('第 ' + p.number + ' 组', 'Group ' + p.number)}</label>
		<input id={id} ref={p.box} inputMode="numeric" autocomplete="off" value={p.value} aria-invalid={full && !good} aria-describedby={id + 's'}
			onInput={(e: any) => p.onInput(e.currentTarget.value)} />
		<p class="small" id={id + 's'} role="status">{!full ? t(p.value.length + ' / 6', p.value.length + ' / 6') : good ? t('✓ 对', '✓ right') : t('✗ 不对，请县里再念这一组', '✗ wrong: have it read again')}</p></div>;
}

export function CodeForm(p: { busy: boolean; onDone: (hub: string, code: string) => void; onFile: () => void }) {
	const [hub, setHub] = useState('https://');
	const [groups, set] = useState<string[]>(['', '', '', '', '']);
	const boxes = useRef<Array<HTMLInputElement | null>>([]);
	// What is too much for one group goes on into the next: a whole code may be pasted.
	const input = (at: number, text: string) => {
		const next = groups.slice();
		let rest = digits(text);
		let last = at;
		for (let i = at; i < GROUPS && (i === at || rest); i++) {
			next[i] = rest.slice(0, DIGITS);
			rest = rest.slice(DIGITS);
			last = i;
		}
		set(next);
		const box = boxes.current[at];
		if (box) box.value = next[at]; // letters that were typed stay nowhere
		if (groupHolds(last + 1, next[last]) && last + 1 < GROUPS && groups[last] !== next[last] && boxes.current[last + 1]) boxes.current[last + 1]!.focus();
	};
	const whole = groups.every((g, i) => groupHolds(i + 1, g));
	return <form onSubmit={e => {
		e.preventDefault();
		if (whole) p.onDone(hub.trim(), groups.join(''));
	}}>
		<p>{t('县中心在电话里念 30 个数字，分成 5 组，每组 6 个。一组一组地输，每组输完就知道对不对。', 'The county reads 30 digits, five groups of six. Enter one group after another: each says at once whether it is right.')}</p>
		<Field label={t('县中心的网址', "Address of the county's centre")} value={hub} onInput={setHub} required mode="url" hint={t('也在电话里问，以 https:// 开头。', 'Ask for it too; it begins with https://')} />
		<div class="groups">{groups.map((g, i) => <Group number={i + 1} value={g} onInput={v => input(i, v)} box={e => { boxes.current[i] = e; }} />)}</div>
		{p.busy && <Note><p>{t('正在向县中心取邀请。网慢时要几分钟，请不要关页面。', 'Fetching the invitation from the county. On a slow line this takes minutes: leave the page open.')}</p></Note>}
		<div class="stack"><Button type="submit" kind="main" wide busy={p.busy} disabled={!whole || !/^https?:\/\/[^/]/.test(hub.trim())}>{t('建立这台主机', 'Set this machine up')}</Button>
			<Button wide disabled={p.busy} onClick={p.onFile}>{t('有邀请文件，改用文件', 'There is a file: use that')}</Button></div></form>;
}
