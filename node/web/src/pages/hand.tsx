import { useEffect, useState } from 'preact/hooks';
import { Refusal } from '../api';
import { args, gone, marks, same, Session, sessionHash, sessionName, unconfirmed, unseen } from '../day';
import { flush, onPhone, send, useOutbox } from '../outbox';
import { signIn, useView, useWorld } from '../state';
import { longDate } from '../time';
import { Button, Check, Failure, Field, Note, Page, Rows, Select, Name } from '../ui';
import { t } from '../words';

// Whoever takes over proves it with the PIN, on this phone: it then is theirs. Or on their
// own phone, where they are signed in already and name the one who hands over.
export function Hand(p: { session: Session }) {
	const s = p.session;
	const items = useOutbox();
	const roll = useView('rollcall_sheet', args(s), 15);
	const done = useView('handovers', { date: s.date }, 15);
	const hosted = items.filter(i => i.state !== 'phone').length;
	useEffect(() => {
		if (hosted) {
			roll.reload();
			done.reload();
		}
	}, [hosted]);
	const { me } = useWorld();
	const mine = (done.rows || []).filter(h => same(h, s));
	const asked = mine.filter(h => unconfirmed(h, mine) && me && me.staff && h.to_id === me.staff.id)[0];
	return <Page title={sessionName(s)} lead={t('交接 · ', 'Handover · ') + longDate(s.date)} back={sessionHash('roll', s)}>
		{mine.map(h => <Note kind={Number(h.counted) === Number(h.expected) ? 'good' : 'care'}><p>{String(h.at).slice(11, 16)} {h.from_staff} → {h.to_staff || t('（没有第二人）', '(no second person)')}：
			{t('清点 ' + h.counted + ' 人，应有 ' + h.expected + ' 人', h.counted + ' counted, ' + h.expected + ' expected')}{h.reason && '（' + h.reason + '）'}{unconfirmed(h, mine) ? t('。接班人还没有在自己的手机上确认', '. Not confirmed by who takes over yet') : h.to_id && t('。双方已确认', '. Confirmed by both')}</p></Note>)}
		<Rows seen={roll} empty={t('这个班还没有学生。', 'No children in this class yet.')}>{rows => {
			const taps = unseen(items, s, roll.at_ms);
			const mark = marks(rows, taps);
			const here = rows.filter(r => mark[r.pupil] === 1 && !r.left_how).map(r => r.pupil);
			const away = gone(taps);
			return <Form key={asked ? asked.no : 0} session={s} expected={here.filter(x => !away[x]).length} asked={asked} />;
		}}</Rows>
	</Page>;
}

function Form(p: { session: Session; expected: number; asked: any }) {
	const { me, online } = useWorld();
	const staff = useView('staff');
	const [way, setWay] = useState(p.asked ? 'take' : 'give');
	const [other, setOther] = useState(p.asked ? p.asked.from_id : '');
	const [theirs, setTheirs] = useState(false);
	const [pin, setPin] = useState('');
	const [counted, setCounted] = useState('');
	const [reason, setReason] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const people = (staff.rows || []).filter(x => Number(x.active) && (!me || !me.staff || x.staff !== me.staff.id));
	const differs = counted !== '' && Number(counted) !== p.expected;
	const alone = way === 'alone';
	const unproved = way === 'give' && !pin && !theirs;
	const submit = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError(null);
		const giver = me!.staff!.id;
		const record = { ...args(p.session), counted, ...(reason ? { reason } : {}) };
		const words = t('交接 ', 'Handover ') + sessionName(p.session) + t('：' + counted + ' 人', ': ' + counted);
		try {
			if (way === 'give' && pin) {
				await flush(true);
				if (onPhone().some(i => i.staff === giver)) throw new Refusal(0, 'OFFLINE', t('您的记录还没全到主机，先等一下。', 'Your records are not all on the machine yet.'), true, '', 0);
				await signIn(other, pin);
				await send('handover.record', { ...record, from_staff: giver, to_staff: other }, words);
			} else if (way === 'take') {
				await send('handover.record', { ...record, from_staff: other, to_staff: giver }, words);
			} else {
				await send('handover.record', { ...record, from_staff: giver, ...(alone ? { kind: 2 } : { to_staff: other }) }, words);
			}
			setPin('');
			setReason('');
			setCounted('');
		} catch (problem) {
			setError(problem as Refusal);
		}
		setBusy(false);
	};
	return <form onSubmit={submit} class="narrow">
		{p.asked && <Note kind="care"><p><Name>{p.asked.from_staff}</Name>{t(' 把孩子交给您，清点 ' + p.asked.counted + ' 人。请当面再数一遍，确认。', ' hands the children over to you, ' + p.asked.counted + ' counted. Count again together and confirm.')}</p></Note>}
		<p class="big-number"><strong>{p.expected}</strong> {t('人，按记录现在还在校', 'still here by the records')}</p>
		<Field label={t('当面清点，点到几个', 'Counted together')} type="number" mode="numeric" value={counted} onInput={setCounted} required autofocus />
		<Select label={t('怎样交接', 'How')} value={way} onChange={setWay} options={[['give', t('我交给别人', 'I hand over')], ['take', t('我从别人手里接', 'I take over')], ['alone', t('没有第二人（一人校点）', 'No second person')]]} />
		{!alone && <Select label={way === 'give' ? t('交给谁', 'To whom') : t('从谁手里接', 'From whom')} value={other} onChange={setOther} none={t('请选择', 'Choose')} options={people.map(x => [x.staff, x.name] as [string, string])} />}
		{way === 'give' && other && <Check label={t('他在自己的手机上确认', 'They confirm on their own phone')} checked={theirs} onChange={setTheirs} />}
		{way === 'give' && other && !theirs && <div><Field label={t('接班人的 PIN 码（之后这台手机由他使用）', "PIN of who takes over (the phone is theirs then)")} type="password" mode="numeric" value={pin} onInput={setPin} />
			{!online && <p class="hint">{t('现在连不上主机，验不了 PIN：写明原因，先记下。', 'The machine does not answer, the PIN cannot be checked: give the reason and record it.')}</p>}</div>}
		{(differs || alone || (unproved && other)) && <Field label={differs ? t('相差 ' + Math.abs(Number(counted) - p.expected) + ' 人，原因', 'Differs by ' + Math.abs(Number(counted) - p.expected) + ', why') : t('没有第二人确认，原因', 'No second person confirms, why')} value={reason} onInput={setReason} required />}
		<Failure error={error} />
		<Button type="submit" kind="main" wide busy={busy} disabled={counted === '' || (!alone && !other) || ((differs || alone || unproved) && !reason.trim())}>{p.asked ? t('确认接班', 'Confirm') : t('登记交接', 'Record the handover')}</Button>
		{me && me.staff && <p class="hint">{t('现在使用这台手机的是 ', 'This phone is used by ')}<Name>{me.staff.name}</Name></p>}
	</form>;
}
