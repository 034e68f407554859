// The recovery sheet: shown once, kept in this browser until somebody says that it is on paper.
import { useState } from 'preact/hooks';
import { useWorld } from '../state';
import { today } from '../time';
import { Button, Check, Note } from '../ui';
import { t } from '../words';

const KEPT = 'kehou recovery'; // so that a reload does not lose it

export function kept(): string {
	try {
		return sessionStorage.getItem(KEPT) || '';
	} catch (e) {
		return '';
	}
}

export function keep(text: string): void {
	try {
		if (text) sessionStorage.setItem(KEPT, text);
		else sessionStorage.removeItem(KEPT);
	} catch (e) {
		// Without it a reload loses the sheet; the page says to print at once.
	}
}

export function RecoverySheet(p: { text: string; onPaper: (done: boolean) => void }) {
	const { status } = useWorld();
	const [printed, setPrinted] = useState(false);
	return <div><div class="sheet-paper"><h2>{t('恢复码', 'Recovery sheet')} · {status && status.name}</h2><p class="recovery">{p.text}</p>
		<p>{t('主机坏了或丢了，用县里的备份和这张纸找回孩子的资料。没有这张纸，谁也打不开。', "If the machine breaks, this sheet and the county's copy bring the children's data back. Without it nobody can.")}</p>
		<p class="paper-only">{t('日期 ', 'Date ')}{today()}　　{t('保管人签名 ', 'Kept by ')}______________　　{t('存放处 ', 'Place ')}______________</p></div>
		<Note kind="care"><p>{t('只显示这一次。打印两份，锁进柜子，不要拍照、不要存在电脑里。没有打印机就用笔抄下，念一遍核对。', 'Shown only now. Print two, lock them away; no photograph, no file. Without a printer copy it by hand and read it back.')}</p></Note>
		<div class="no-print"><Button wide onClick={() => window.print()}>{t('打印恢复码', 'Print the recovery sheet')}</Button>
			<Check label={t('已打印或抄好，锁好了', 'Printed or copied, and locked away')} checked={printed} onChange={v => { setPrinted(v); p.onPaper(v); }} /></div></div>;
}
