// Pieces that every page uses.
import { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Refusal } from './api';
import type { Seen } from './state';
import { t } from './words';

type Kids = { children?: ComponentChildren };

export function go(hash: string): void {
	location.hash = hash;
}

export function Button(p: Kids & {
	onClick?: () => void; kind?: 'main' | 'plain' | 'urgent' | 'quiet'; disabled?: boolean; type?: 'submit' | 'button';
	label?: string; pressed?: boolean; wide?: boolean; busy?: boolean;
}): JSX.Element {
	return <button type={p.type || 'button'} class={'button ' + (p.kind || 'plain') + (p.wide ? ' wide' : '')}
		disabled={p.disabled || p.busy} aria-label={p.label} aria-pressed={p.pressed}
		aria-busy={p.busy} onClick={p.onClick}>{p.busy ? t('请稍候…', 'One moment…') : p.children}</button>;
}

let fieldCount = 0;
export function useId(): string {
	const ref = useRef('');
	if (!ref.current) ref.current = 'f' + ++fieldCount;
	return ref.current;
}

export function Field(p: {
	label: string; value: string; onInput: (v: string) => void; type?: string; hint?: string; area?: boolean;
	required?: boolean; mode?: string; autocomplete?: string; maxLength?: number; autofocus?: boolean; list?: string[];
}): JSX.Element {
	const id = useId();
	const box = useRef<HTMLElement>(null);
	useEffect(() => {
		if (p.autofocus && box.current) box.current.focus();
	}, []);
	const common: any = {
		id, ref: box, value: p.value, required: p.required, maxLength: p.maxLength,
		'aria-describedby': p.hint ? id + 'h' : undefined,
		onInput: (e: any) => p.onInput(e.currentTarget.value),
	};
	return <div class="field">
		<label for={id}>{p.label}{p.required || p.type === 'search' ? '' : <span class="optional">{t('（可不填）', ' (optional)')}</span>}</label>
		{p.area ? <textarea {...common} rows={3} />
			: <input {...common} type={p.type || 'text'} inputMode={p.mode} autocomplete={p.autocomplete || 'off'}
				list={p.list ? id + 'l' : undefined} />}
		{p.list && <datalist id={id + 'l'}>{p.list.map(v => <option value={v} />)}</datalist>}
		{p.hint && <p class="hint" id={id + 'h'}>{p.hint}</p>}
	</div>;
}

export function Select(p: {
	label: string; value: string; onChange: (v: string) => void; options: Array<[string, string]>; none?: string; hideLabel?: boolean;
}): JSX.Element {
	const id = useId();
	return <div class="field">
		<label for={id} class={p.hideLabel ? 'unseen' : ''}>{p.label}</label>
		<select id={id} value={p.value} onChange={(e: any) => p.onChange(e.currentTarget.value)}>
			{p.none !== undefined && <option value="">{p.none}</option>}
			{p.options.map(([v, words]) => <option value={v}>{words}</option>)}
		</select>
	</div>;
}

export function Check(p: { label: ComponentChildren; checked: boolean; onChange: (v: boolean) => void }): JSX.Element {
	return <label class="check"><input type="checkbox" checked={p.checked}
		onChange={(e: any) => p.onChange(e.currentTarget.checked)} /><span>{p.label}</span></label>;
}

// One of a few, as buttons.
export function Choice(p: { many?: boolean; label: string; value: string; onChange: (v: string) => void; options: Array<[string, string]> }): JSX.Element {
	return <div class={p.many ? 'choice many' : 'choice'} role="group" aria-label={p.label}>
		{p.options.map(([v, words]) => <button type="button" aria-pressed={v === p.value}
			onClick={() => p.onChange(v)}>{words}</button>)}
	</div>;
}

export function Note(p: Kids & { kind?: 'info' | 'good' | 'care' | 'risk' }): JSX.Element {
	const kind = p.kind || 'info';
	const mark = { info: 'i', good: '✓', care: '!', risk: '!!' }[kind];
	return <div class={'note ' + kind} role={kind === 'risk' ? 'alert' : 'status'}>
		<span class="mark" aria-hidden="true">{mark}</span><div>{p.children}</div></div>;
}

// Whom somebody erased nobody writes about any more: what happened is recorded, without words.
export const Emptied = () => <Note kind="care"><p>{t('此人的资料已删除：写到他的姓名、文字和私密信息不保留。', 'This person was erased: names, words and private facts about them are not kept.')}</p></Note>;

// What happened, whether data is safe, what to do next.
export function Failure(p: { error: Refusal | null }): JSX.Element | null {
	const e = p.error;
	if (!e) return null;
	const offline = e.status === 0;
	return <Note kind={e.safe ? (offline ? 'info' : 'care') : 'risk'}>
		<p>{e.message}</p>
		<p class="small">{e.safe ? t('已保存的数据是安全的。', 'What is saved is safe.')
			: t('数据可能有危险，请停下来联系县中心。', 'Data may be at risk: stop and call the county centre.')}</p>
		{e.next && <p>{e.next}</p>}
	</Note>;
}

// Rows, or why there are none yet.
export function Rows(p: { seen: Seen; empty: string; children: (rows: any[]) => ComponentChildren }): JSX.Element {
	const { rows, stale, error } = p.seen;
	if (!rows) return error ? <Failure error={error} /> : <p class="quiet">{t('正在读取…', 'Reading…')}</p>;
	return <div>
		{stale && error && <p class="stale">{t('下面是这台设备上次看到的，主机现在没有回答。',
			'This is what this device saw last; the machine does not answer now.')}</p>}
		{p.seen.more && <Note kind="care"><p>{t('不止这 ' + rows.length + ' 行，其余的没有列出：请缩小日期范围，或只看一所学校。', 'There are more than these ' + rows.length + ' lines; the others are not listed. Narrow the span of days, or look at one school.')}</p></Note>}
		{rows.length ? p.children(rows) : <p class="empty">{p.empty}</p>}
	</div>;
}

// A sheet from below on a phone, a box in the middle on a PC. Esc and the first button close it.
export function Sheet(p: Kids & { title: string; onClose: () => void }): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	const id = useId();
	useLayoutEffect(() => { // before the next key is pressed
		const before = document.activeElement as HTMLElement | null;
		const first = box.current!.querySelector<HTMLElement>('input,select,textarea,button:not(.close)');
		(first || box.current!).focus();
		const key = (e: KeyboardEvent) => {
			if (e.key === 'Escape') p.onClose();
			if (e.key === 'Tab') keepInside(e, box.current!);
		};
		document.addEventListener('keydown', key);
		return () => {
			document.removeEventListener('keydown', key);
			if (before && before.isConnected) before.focus();
		};
	}, []);
	return <div class="veil" onClick={e => { if (e.target === e.currentTarget) p.onClose(); }}>
		<div class="sheet" role="dialog" aria-modal="true" aria-labelledby={id} tabIndex={-1} ref={box}>
			<div class="sheet-head"><h2 id={id}>{p.title}</h2>
				<button type="button" class="close" onClick={p.onClose}>{t('关闭', 'Close')}</button></div>
			{p.children}
		</div>
	</div>;
}

function keepInside(e: KeyboardEvent, box: HTMLElement): void {
	const all = box.querySelectorAll<HTMLElement>('button:not([disabled]),input,select,textarea,a[href]');
	if (!all.length) return;
	const edge = e.shiftKey ? all[0] : all[all.length - 1];
	if (document.activeElement === edge) {
		e.preventDefault();
		(e.shiftKey ? all[all.length - 1] : all[0]).focus();
	}
}

// bare: on paper the page brings its own heading.
export function Page(p: Kids & { title: string; lead?: ComponentChildren; back?: string; tools?: ComponentChildren; bare?: boolean }): JSX.Element {
	useEffect(() => { document.title = p.title + ' · 课后'; }, [p.title]);
	return <section class={p.bare ? 'page bare' : 'page'}>
		<div class="page-head">
			{p.back && <a class="back" href={p.back} aria-label={t('返回', 'Back')}>‹</a>}
			<h1>{p.title}</h1>
			{p.tools && <div class="tools">{p.tools}</div>}
		</div>
		{p.lead && <p class="lead">{p.lead}</p>}
		{p.children}
	</section>;
}

// A character that this device has no glyph for is followed by its code point, so that
// two children whose names show the same box can be told apart.
const RARE = /[\u3400-\u4dbf\u9fa6-\u9fff\ue000-\uf8ff]|[\ud800-\udbff][\udc00-\udfff]/g;
const drawn: { [ch: string]: boolean } = {};
let pen: CanvasRenderingContext2D | null = null;

function picture(ch: string): string {
	pen!.clearRect(0, 0, 32, 32);
	pen!.fillText(ch, 2, 24);
	return pen!.canvas.toDataURL();
}

function hasGlyph(ch: string): boolean {
	if (ch in drawn) return drawn[ch];
	if (!pen) {
		const canvas = document.createElement('canvas');
		canvas.width = canvas.height = 32;
		pen = canvas.getContext('2d');
		if (!pen) return true;
		pen.font = '20px sans-serif';
	}
	// U+10FFFD is private and U+FFFFE no character: nobody draws either.
	const one = picture(ch);
	return drawn[ch] = one !== picture('\u{10fffd}') && one !== picture('\u{ffffe}');
}

export function Name(p: { children: string | null | undefined }): JSX.Element {
	const name = p.children || '';
	const missing = (name.match(RARE) || []).filter(ch => !hasGlyph(ch));
	return <span class="name" lang="zh-CN">{name}{missing.map(ch =>
		<span class="codepoint">U+{ch.codePointAt(0)!.toString(16).toUpperCase()}</span>)}</span>;
}

export function useTicker(every_ms: number): number {
	const [n, set] = useState(0);
	useEffect(() => {
		const timer = setInterval(() => set(x => x + 1), every_ms);
		return () => clearInterval(timer);
	}, [every_ms]);
	return n;
}
