import { discard, adopt, flush, retry, useOutbox } from '../outbox';
import type { Item } from '../db';
import { LeftOutOf } from '../left_out';
import { world } from '../state';
import { whenMs } from '../time';
import { Button, Emptied, Note, Page } from '../ui';
import { t } from '../words';

const STATE: { [state: string]: () => string } = {
	phone: () => t('已存手机，还没到主机', 'On this device, not on the machine yet'),
	host: () => t('已到学校主机', "On the school's machine"),
	county: () => t('县中心已确认', 'Confirmed by the county'),
	refused: () => t('没有记上', 'Not recorded'),
};

// What somebody else wrote of an incident may be about whoever holds the phone now.
const isTheirs = (i: Item) => i.command.indexOf('incident.') === 0 && !!i.staff &&
	!(world.me && world.me.staff && world.me.staff.id === i.staff);

export function Outbox() {
	const items = useOutbox().slice().reverse();
	const me = world.me && world.me.staff;
	const open = items.filter(i => i.state === 'phone' || i.state === 'refused');
	return <Page title={t('手机上的记录', 'What this device holds')} back="#/today"
		tools={<Button onClick={() => flush(true)}>{t('现在再送', 'Send now')}</Button>}>
		<Note kind={open.length ? 'care' : 'good'}><p>{open.length ? t('还有 ' + open.length + ' 条只在这台手机上。不要清除浏览器数据，走到有校内无线的地方会自动送到主机。',
			open.length + ' are only on this device. Do not clear the browser; near the school Wi-Fi they go on by themselves.')
			: t('这台手机上的记录都已到学校主机。', "Everything of this device is on the school's machine.")}</p></Note>
		<ul class="log">{items.slice(0, 200).map(i => <li class={'item ' + i.state}>
			<p><strong>{isTheirs(i) ? t('别人的记录', "Somebody else's record") : i.about}</strong></p>
			<p class="small">{whenMs(i.made_ms)} · {isTheirs(i) ? '' : i.staff_name + ' · '}{STATE[i.state]()}</p>
			{i.emptied && <Emptied />}
			{!isTheirs(i) && <LeftOutOf item={i} />}
			{i.state === 'refused' && !isTheirs(i) && <div><Note kind="risk"><p>{i.error}</p><p>{i.next}</p></Note>
				<Button onClick={() => retry(i)}>{t('再试', 'Try again')}</Button> <Button kind="quiet" onClick={() => discard(i)}>{t('不要了', 'Discard')}</Button></div>}
			{i.state === 'phone' && i.staff && !isTheirs(i) && me && me.id !== i.staff && <div>
				<p class="hint">{t('这是 ' + i.staff_name + ' 记的，等他登录后送出；或由您代交，记在您名下。', i.staff_name + ' recorded this; it goes when they sign in, or you send it in your own name.')}</p>
				<Button onClick={() => adopt(i)}>{t('由我代交', 'Send in my name')}</Button></div>}
		</li>)}</ul>
	</Page>;
}
