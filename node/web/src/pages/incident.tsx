import { useState } from 'preact/hooks';
import { matches } from '../day';
import { send, useOutbox } from '../outbox';
import { useView } from '../state';
import { now_ms, timeOf, today } from '../time';
import { Button, Check, Choice, Field, Name, Note, Page, Rows, Select } from '../ui';
import { incidentKind, incidentKinds, noteKind, noteKinds, options, Pairs, t, word } from '../words';

export function Incidents() {
	const seen = useView('incidents', {}, 30);
	const items = useOutbox().filter(i => i.command === 'incident.report' && i.state === 'phone');
	return <Page title={t('事件', 'Incidents')}>
		<p><a class="button urgent wide" href="#/incident/new">{t('报告事件', 'Report an incident')}</a></p>
		<p class="hint">{t('危及生命：先打 120、110、119，再报告。', 'Danger to life: first dial 120, 110, 119, then report.')}</p>
		{items.map(i => <Note kind="care"><p>{t('还在手机上，到主机后优先上报：', 'Still on this device, travels first: ')}{i.about}</p></Note>)}
		<Rows seen={seen} empty={t('没有事件。', 'No incidents.')}>
			{rows => <ul class="sessions">{rows.map(r => <li><a class="session" href={'#/incident/' + r.incident}>
				<span class="session-name">{incidentKind(r.kind)}{r.pupil_name && ' · ' + r.pupil_name}</span>
				<span class="session-state">{String(r.happened_at).slice(0, 16)} {r.place}</span>
				<span class="session-more">{r.what}</span></a></li>)}</ul>}
		</Rows>
	</Page>;
}

// Five fields, at once: kind, when, where, who, what.
export function Report() {
	const [kind, setKind] = useState('1');
	const [time, setTime] = useState(timeOf(now_ms()));
	const [date, setDate] = useState(today());
	const [place, setPlace] = useState('');
	const [who, setWho] = useState('');
	const [child, setChild] = useState<any>(null);
	const [what, setWhat] = useState('');
	const [past, setPast] = useState(false);
	const pupils = useView('pupils');
	const near = !child && who ? (pupils.rows || []).filter(r => matches(r.name, who, r.initials)).slice(0, 5) : [];
	const submit = async (e: Event) => {
		e.preventDefault();
		await send('incident.report', { kind, date, time, place, ...(child ? { pupil: child.pupil } : {}), ...(who ? { who } : {}), what, ...(past ? { past_head: 1 } : {}) },
			t('事件 ', 'Incident ') + incidentKind(kind) + ' ' + place);
		location.hash = '#/incident/sent/' + kind;
	};
	return <Page title={t('报告事件', 'Report an incident')} back="#/incident">
		<form onSubmit={submit} class="narrow">
			<Choice many label={t('什么事', 'What kind')} value={kind} onChange={setKind} options={options(incidentKinds)} />
			<div class="pair"><Field label={t('日期', 'Date')} type="date" value={date} onInput={setDate} required /><Field label={t('时间', 'Time')} type="time" value={time} onInput={setTime} required /></div>
			<Field label={t('在哪里', 'Where')} value={place} onInput={setPlace} required list={[t('教室', 'Classroom'), t('操场', 'Yard'), t('校门口', 'Gate'), t('厕所', 'Toilet'), t('路上', 'On the road')]} />
			<Field label={t('谁（孩子或其他人）', 'Who')} value={who} onInput={v => { setWho(v); setChild(null); }} />
			{near.length > 0 && <div class="people">{near.map(r => <button type="button" class="person" onClick={() => { setChild(r); setWho(r.name); }}><Name>{r.name}</Name></button>)}</div>}
			<Field label={t('发生了什么', 'What happened')} value={what} onInput={setWhat} area required />
			<Check label={t('涉及教职工，不经校长直接报县里', 'About staff: goes past the head to the county')} checked={past} onChange={setPast} />
			<Button type="submit" kind="urgent" wide disabled={!place.trim() || !what.trim()}>{t('报告', 'Report')}</Button>
			<p class="hint">{t('报告后不能修改，只能补充。', 'Never edited afterwards, only added to.')}</p>
		</form>
	</Page>;
}

export function Dial(p: { kind: string; incident?: string }) {
	const seen = useView('emergency', { kind: p.kind, date: today() });
	const rows = seen.rows || [];
	const listed = rows.filter(r => r.what === 'number').map(r => ({ phone: String(r.text), name: r.name }));
	const always = [['120', t('急救', 'Ambulance')], ['110', t('报警', 'Police')], ['119', t('火警', 'Fire')]]
		.filter(n => !listed.some(x => x.phone === n[0])).map(n => ({ phone: n[0], name: n[1] }));
	const log = (n: any) => {
		if (p.incident) send('incident.add', { incident: p.incident, kind: 2, number: n.phone, date: today(), time: timeOf(now_ms()), text: t('拨打 ', 'Dialled ') + n.name }, t('拨打 ', 'Dialled ') + n.name + ' ' + timeOf(now_ms()));
	};
	const plans = rows.filter(r => r.what !== 'number');
	return <div>
		<h2>{t('要打的电话', 'Numbers to dial')}</h2>
		<div class="people">{listed.concat(always).map(n => <a class="person dial" href={'tel:' + n.phone} onClick={() => log(n)}><strong>{n.phone}</strong><br />{n.name}</a>)}</div>
		{p.incident && <p class="hint">{t('点号码拨打，时间会记进本事件。', 'Tap to dial; the time is kept with this incident.')}</p>}
		{plans.map(plan => <div><h2>{plan.what === 'plan' ? t('县里的预案', "The county's plan") : t('本校的补充', "The school's own")} {plan.name}</h2>
			<ol class="steps">{String(plan.text).split('\n').map(line => <li>{line}</li>)}</ol></div>)}
	</div>;
}

export function Sent(p: { kind: string }) {
	const items = useOutbox();
	const last = items.filter(i => i.command === 'incident.report').slice(-1)[0];
	const id = last && last.answer && last.answer.incident;
	const dialled = items.filter(i => last && i.command === 'incident.add' && (i.args.incident === '@' + last.request_id || String(i.args.incident) === String(id)));
	return <Page title={t('已报告', 'Reported')} back="#/incident">
		<Note kind={last && last.state === 'phone' ? 'care' : 'good'}><p>{last && last.state === 'phone'
			? t('已存手机，连上主机后最先上报。现在先打电话。', 'On this device; it travels first once the machine answers. Dial now.')
			: t('已到学校主机，下次上报时最先送出。县里还没收到之前，请打电话。', "On the school's machine; it travels first. Until the county has it, use the telephone.")}</p></Note>
		<Dial kind={p.kind} incident={id ? String(id) : last && '@' + last.request_id} />
		{dialled.length > 0 && <ul class="log">{dialled.map(i => <li class={'item ' + i.state}><p>✓ {i.about}</p></li>)}</ul>}
		{id && <p><a class="button main" href={'#/incident/' + id}>{t('补充情况', 'Add to it')}</a></p>}
	</Page>;
}

function notesOf(json: any): any[] {
	try {
		return JSON.parse(json || '[]');
	} catch (e) {
		return [];
	}
}

const parts: Pairs = { 1: ['受伤', 'Hurt'], 2: ['吃过', 'Ate of it'], 3: ['发病', 'Ill'], 4: ['目击', 'Saw it'] };

// Whom it concerns, and with food or illness what was eaten: each is an addition.
function More(p: { incident: any; onDone: () => void }) {
	const { incident, kind } = p.incident;
	const food = Number(kind) === 2 || Number(kind) === 4;
	const pupils = useView('pupils');
	const [part, setPart] = useState(food ? '3' : '1');
	const [who, setWho] = useState('');
	const [chosen, choose] = useState<any[]>([]);
	const [meal, setMeal] = useState<any>({ meal_on: today(), batch: '', sample_kept: false, stopped: false, water: false });
	const near = who ? (pupils.rows || []).filter(r => matches(r.name, who, r.initials) && !chosen.some(c => c.pupil === r.pupil)).slice(0, 6) : [];
	const told = () => setTimeout(p.onDone, 800);
	return <div class="narrow"><details><summary>{t('补充涉及的孩子', 'Add children')}</summary>
		<Select label={t('怎么了', 'How')} value={part} onChange={setPart} options={options(parts)} />
		<Field label={t('姓名或拼音首字母', 'Name or initials')} value={who} onInput={setWho} />
		{near.length > 0 && <div class="people">{near.map(r => <button type="button" class="person" onClick={() => { choose(chosen.concat(r)); setWho(''); }}><Name>{r.name}</Name></button>)}</div>}
		{chosen.length > 0 && <p>{chosen.map(c => <span class="chip"><Name>{c.name}</Name></span>)}</p>}
		<Button kind="main" wide disabled={!chosen.length} onClick={() => send('incident.people', { incident, part, pupils: JSON.stringify(chosen.map(c => c.pupil)) }, word(parts, part) + ' ' + chosen.map(c => c.name).join('、')).then(() => { choose([]); told(); })}>{t('记下', 'Add')}</Button></details>
		{food && <details><summary>{t('补充餐食、饮水', 'Add food or water')}</summary>
			<Field label={t('哪天吃的', 'Eaten on')} type="date" value={meal.meal_on} onInput={v => setMeal({ ...meal, meal_on: v })} required />
			<Field label={t('批次、菜名', 'Batch, dish')} value={meal.batch} onInput={v => setMeal({ ...meal, batch: v })} />
			<Check label={t('是饮水', 'It is water')} checked={meal.water} onChange={v => setMeal({ ...meal, water: v })} />
			<Check label={t('已留样', 'A sample is kept')} checked={meal.sample_kept} onChange={v => setMeal({ ...meal, sample_kept: v })} />
			<Check label={t('已停餐', 'Meals are stopped')} checked={meal.stopped} onChange={v => setMeal({ ...meal, stopped: v })} />
			<Button kind="main" wide onClick={() => send('incident.food', { incident, meal_on: meal.meal_on, ...(meal.batch ? { batch: meal.batch } : {}), sample_kept: meal.sample_kept ? 1 : 0, stopped: meal.stopped ? 1 : 0, water: meal.water ? 1 : 0 }, t('餐食 ', 'Food ') + meal.batch).then(told)}>{t('记下', 'Add')}</Button></details>}
	</div>;
}

export function Incident(p: { id: string }) {
	const seen = useView('incidents', {}, 15);
	const [kind, setKind] = useState('1');
	const [text, setText] = useState('');
	const waiting = useOutbox().filter(i => i.command === 'incident.add' && i.args.incident === p.id && i.state === 'phone');
	return <Page title={t('事件', 'Incident')} back="#/incident">
		<Rows seen={{ ...seen, rows: seen.rows && seen.rows.filter(r => String(r.incident) === p.id) }} empty={t('没有这个事件。', 'There is no such incident.')}>
			{([r]) => <div>
				<h2>{incidentKind(r.kind)} · {String(r.happened_at).slice(0, 16)} · {r.place}</h2>
				<p>{r.pupil_name && <strong><Name>{r.pupil_name}</Name> </strong>}{r.who}</p>
				<p class="what">{r.what}</p>
				<p class="quiet small">{t('报告人 ', 'Reported by ')}{r.reported_by}，{String(r.reported_at).slice(0, 16)}</p>
				<h2>{t('经过', 'What followed')}</h2>
				{notesOf(r.people).length > 0 && <p>{notesOf(r.people).map(q => <span>{word(parts, q.part)}：<Name>{q.name}</Name>　</span>)}</p>}
				{notesOf(r.food).map(f => <p>{Number(f.water) ? t('饮水 ', 'Water ') : t('餐食 ', 'Food ')}{f.meal_on} {f.batch && t('批次 ', 'batch ') + f.batch} {Number(f.sample_kept) ? t('✓ 已留样', '✓ sample kept') : t('没有留样', 'no sample')} {Number(f.stopped) ? t('✓ 已停餐', '✓ meals stopped') : ''}</p>)}
				{!r.guardian_informed_at && r.pupil && <Note kind="care"><p>{t('还没有登记通知监护人。', 'No guardian is recorded as informed yet.')}</p></Note>}
				<ul class="log">{notesOf(r.notes).map(n => <li class="item"><p><strong>{noteKind(n.kind)}</strong> {n.text} {n.number}</p><p class="small">{String(n.at).slice(0, 16)} {n.by}</p></li>)}
					{waiting.map(i => <li class="item phone"><p>{i.about}</p><p class="small">{t('还在手机上', 'Still on this device')}</p></li>)}</ul>
				<form class="narrow" onSubmit={async e => {
					e.preventDefault();
					await send('incident.add', { incident: p.id, kind, date: today(), time: timeOf(now_ms()), text }, noteKind(kind) + ' ' + text);
					setText('');
					setTimeout(seen.reload, 800);
				}}>
					<Select label={t('补充', 'Add')} value={kind} onChange={setKind} options={options(noteKinds)} />
					<Field label={t('内容（谁、几点、怎么说）', 'Words (who, when, what)')} value={text} onInput={setText} area required />
					<Button type="submit" kind="main" wide disabled={!text.trim()}>{t('记下', 'Add')}</Button>
				</form>
				<More incident={r} onDone={seen.reload} />
				<Dial kind={String(r.kind)} incident={p.id} />
			</div>}
		</Rows>
	</Page>;
}
