import { useState } from 'preact/hooks';
import { Refusal } from '../api';
import { flush } from '../outbox';
import { isHub, signIn, signOut, useWorld } from '../state';
import { Button, Failure, Field, Name, Note, Page } from '../ui';
import { t } from '../words';

// A device that somebody has signed in on before offers the names; a new one asks.
export function SignIn(p: { onDone?: () => void }) {
	const { me, status } = useWorld();
	const [who, setWho] = useState('');
	const [chosen, choose] = useState<{ id: string; name: string } | null>(null);
	const [pin, setPin] = useState('');
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const people = me ? me.people : [];
	const other = !people.length || (chosen && chosen.id === '');
	const enter = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		try {
			await signIn(other ? who.trim() : chosen!.id, pin);
			flush(true);
			if (p.onDone) p.onDone();
		} catch (problem) {
			setError(problem as Refusal);
			setPin('');
		}
		setBusy(false);
	};
	return <Page title={t('登录', 'Sign in')} lead={status && (status.name || status.county)}>
		{people.length > 0 && !chosen && <div>
			<p>{t('您是哪一位？', 'Who are you?')}</p>
			<div class="people">
				{people.map(x => <button type="button" class="person" onClick={() => choose(x)}><Name>{x.name}</Name></button>)}
				<button type="button" class="person other" onClick={() => choose({ id: '', name: '' })}>{t('其他人', 'Somebody else')}</button>
			</div>
		</div>}
		{(chosen || other) && <form onSubmit={enter} class="narrow">
			{other ? <Field label={t('姓名', 'Name')} value={who} onInput={setWho} required autofocus autocomplete="username" />
				: <p class="chosen"><Name>{chosen!.name}</Name> <Button kind="quiet" onClick={() => choose(null)}>{t('换人', 'Change')}</Button></p>}
			<Field label={t('PIN 码', 'PIN')} type="password" mode="numeric" autocomplete="current-password"
				value={pin} onInput={setPin} required autofocus={!other} />
			<Failure error={error} />
			<Button type="submit" kind="main" wide busy={busy} disabled={!pin || (!!other && !who.trim())}>{t('登录', 'Sign in')}</Button>
		</form>}
		{isHub() && me && me.invitation && <Note kind="care"><p>{t('县里还没有登记人员。请在主机上用命令 kehou do county.staff.add 登记第一位。', 'Nobody of the county is entered yet. On the machine itself: kehou do county.staff.add.')}</p></Note>}
		<p class="hint">{isHub() ? t('忘了 PIN 码：请另一位县经办在“全部功能”里重设。', 'Forgot the PIN: another clerk sets a new one under “Everything”.') : t('忘了 PIN 码：请校长在“教职工”里重设。', 'Forgot the PIN: the head sets a new one under “People”.')}</p>
		{me && me.staff && <p><Button onClick={() => signOut()}>{t('退出登录', 'Sign out')}</Button></p>}
	</Page>;
}
