import { useState } from 'preact/hooks';
import { command, Refusal, Row } from '../api';
import { can, useView, useWorld } from '../state';
import { today } from '../time';
import { Button, Check, Emptied, Failure, Field, Name, Note, Page, Rows, Select, Sheet } from '../ui';
import { className, consentHowName, options, Pairs, relationName, relations, slotsName, t, wayName, ways, weekdayName, word } from '../words';
import { Timeline } from './timeline';

const list = (json: any): any[] => {
	try {
		return JSON.parse(json || '[]');
	} catch (e) {
		return [];
	}
};

export const sexes: Pairs = { 1: ['男', 'male'], 2: ['女', 'female'], 0: ['未填', 'not said'] };
export const priorities: Pairs = { 1: ['低年级', 'Low grade'], 2: ['随迁子女', "Migrant worker's child"], 3: ['留守儿童', 'Left-behind child'], 4: ['残疾儿童', 'Disabled child'] };
const REQUESTS: Pairs = { 1: ['查阅', 'To see'], 2: ['更正', 'To correct'], 3: ['删除', 'To erase'], 4: ['停止使用', 'To stop using'] };
const OUTCOMES: Pairs = { 1: ['已办', 'Done'], 2: ['部分办了', 'Done in part'], 3: ['不能办', 'Refused'] };

const KEPT: Pairs = {
	name: ['姓名', 'Name'], sex: ['性别', 'Sex'], birth: ['出生日期', 'Born'], student_no: ['学籍号', 'Student number'], address: ['住址', 'Address'], health: ['健康情况', 'Health'], allergy: ['过敏', 'Allergy'],
	phone: ['电话', 'Telephone'], relation: ['关系', 'Relation'], weekday: ['星期几', 'Weekday'], how: ['方式', 'How'], guardian: ['监护人', 'Guardian'], collector: ['接送人', 'Collector'], class: ['班级', 'Class'], priority: ['优先群体', 'Priority'], consent: ['参加的选择', 'Choice'], data_consent: ['保存资料的选择', 'Choice on data'],
	attendance: ['到 / 点名次数', 'Here / marks'], incident: ['事件', 'Incident'], request: ['提过的要求', 'Request'],
};

type Form = '' | 'edit' | 'guardian' | 'collector' | 'way' | 'private' | 'leave';

export function Pupil(p: { id: string }) {
	const seen = useView('pupil', { pupil: p.id });
	const consents = useView('consents', { pupil: p.id });
	const usual = useView('ways', { pupil: p.id });
	const may = can('teacher', 'head');
	const moves = useView(may ? 'transfers' : null);
	const [form, setForm] = useState<Form>('');
	const [person, change] = useState<Row | null>(null);
	const left = (moves.rows || []).filter(m => String(m.pupil) === p.id)[0];
	const close = () => {
		setForm('');
		change(null);
		[seen, consents, usual, moves].forEach(s => s.reload());
	};
	return <Page title={seen.rows && seen.rows[0] ? seen.rows[0].name || t('（已删除）', '(erased)') : t('学生', 'Child')} back="#/pupils">
		<Rows seen={seen} empty={t('没有这个孩子。', 'There is no such child.')}>{([r]) => <div>
			{left && Number(left.direction) === 1 && <Note><p>{t('已离校：', 'Has left: ')}{left.moved_on} {left.note}</p></Note>}
			{!r.name && <Emptied />}
			<div class="two">
			<section class="card"><h2>{t('基本情况', 'The child')}</h2><dl class="facts-list">
				<dt>{word(KEPT, 'name')}</dt><dd><Name>{r.name}</Name></dd><dt>{t('班级', 'Class')}</dt><dd>{r.grade ? className(r.grade, r.class) : '—'}</dd>
				<dt>{word(KEPT, 'sex')}</dt><dd>{word(sexes, r.sex || 0)}</dd><dt>{word(KEPT, 'birth')}</dt><dd>{r.birth || '—'}</dd>
				<dt>{word(KEPT, 'student_no')}</dt><dd>{r.student_no || '—'}</dd><dt>{word(KEPT, 'address')}</dt><dd>{r.address || '—'}</dd><dt>{word(KEPT, 'health')}</dt><dd>{r.health || '—'}</dd>
				{r.allergy && <dt>{word(KEPT, 'allergy')}</dt>}{r.allergy && <dd>{r.allergy}</dd>}
				{list(r.priorities).length > 0 && <dt>{t('优先', 'Priority')}</dt>}{list(r.priorities).length > 0 && <dd>{list(r.priorities).map(k => word(priorities, k)).join(t('、', ', '))}</dd>}</dl>
				{may && <p class="row"><Button onClick={() => setForm('edit')}>{t('更正', 'Correct')}</Button> <Button onClick={() => setForm('private')}>{t('住址、健康', 'Address, health')}</Button>{' '}
					{!r.grade && <a class="button plain" href="#/form/pupil.enrol">{t('编班', 'Put into a class')}</a>}{' '}
					{!(left && Number(left.direction) === 1) && <Button onClick={() => setForm('leave')}>{t('转走、毕业', 'Leaves the school')}</Button>}</p>}</section>
			<section class="card"><h2>{t('谁可以接', 'Who may collect')}</h2><ul class="log">
				{list(r.guardians).concat(list(r.collectors)).map(g => <li class="item"><p><strong><Name>{g.name}</Name></strong>（{relationName(g.relation)}）{g.guardian ? t('监护人', 'guardian') : t('接送人', 'collector')}</p>
					<p>{g.phone && <a class="tel" href={'tel:' + g.phone}>{g.phone}</a>} {may && <Button kind="quiet" label={t('更正、不再接 ', 'Correct or end: ') + g.name} onClick={() => change(g)}>{t('更正、不再接', 'Correct or end')}</Button>}</p></li>)}</ul>
				{may && <p class="row"><Button onClick={() => setForm('guardian')}>{t('＋ 监护人', '＋ Guardian')}</Button> <Button onClick={() => setForm('collector')}>{t('＋ 接送人', '＋ Collector')}</Button></p>}</section>
			<section class="card"><h2>{t('平时怎样回家', 'Usual way home')}</h2>
				{(usual.rows || []).length === 0 && <p class="quiet">{t('没有设置，按“家人接”算。', 'Not set: counts as collected.')}</p>}
				<ul>{(usual.rows || []).map(w => <li>{weekdayName(w.weekday)}：{wayName(w.how)} {w.route_name}</li>)}</ul>
				{may && <Button onClick={() => setForm('way')}>{t('设置', 'Set')}</Button>}</section>
			<section class="card"><h2>{t('同意书', 'Consent')}</h2><Rows seen={consents} empty={t('还没有。孩子照样可以来，同意书要补。', 'None yet. The child may stay; the consent is to follow.')}>{rows => <ul class="log">{rows.map(c => <li class="item"><p>{c.given_on} <Name>{c.guardian}</Name> {Number(c.choice) ? t('同意参加', 'agreed') + ' ' + slotsName(c.slots) : t('不参加', 'declined')}（{t('告知书第 ' + c.notice + ' 版', 'notice ' + c.notice)}{c.how ? t('，', ', ') + consentHowName(c.how) : ''}）</p>{c.withdrawn_on && <p>{t('已退出：', 'Withdrawn: ')}{c.withdrawn_on}</p>}</li>)}</ul>}</Rows></section>
			{may && <Rights child={r} onChange={close} />}
			{may && <Timeline pupil={p.id} turn={seen.at_ms} />}
			{form && <Forms kind={form} row={r} onClose={close} />}
			{person && <Kin pupil={p.id} person={person} onClose={close} />}
		</div></div>}</Rows>
	</Page>;
}

// A guardian or collector: what was entered wrongly, or that it ends.
function Kin(p: { pupil: string; person: Row; onClose: () => void }) {
	const g = p.person;
	const kind = g.guardian ? 'guardian' : 'collector';
	const [v, set] = useState<Row>({ name: g.name, phone: g.phone || '', relation: String(g.relation || 0) });
	const [on, setOn] = useState(today());
	const [sure, setSure] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	const run = async (what: string, args: Row) => {
		try {
			await command(kind + what, { pupil: p.pupil, [kind]: g[kind], ...args });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	};
	return <Sheet title={g.name} onClose={p.onClose}><form onSubmit={e => { e.preventDefault(); run('.edit', v); }}>
		<Field label={word(KEPT, 'name')} value={v.name} onInput={name => set({ ...v, name })} required />
		<Field label={word(KEPT, 'phone')} value={v.phone} onInput={phone => set({ ...v, phone })} mode="tel" />
		<Select label={word(KEPT, 'relation')} value={v.relation} onChange={relation => set({ ...v, relation })} options={options(relations)} />
		<Button type="submit" kind="main" wide disabled={!v.name.trim()}>{t('更正', 'Correct')}</Button></form>
		<Failure error={error} />
		<h3>{kind === 'guardian' ? t('不再是监护人', 'No longer a guardian') : t('不再来接', 'No longer collects')}</h3><p class="hint">{t('从这天起不能再接孩子；以前的记录和选择不变。姓名、电话留在孩子的资料里，删除孩子的资料时一起删。', 'May not collect the child from that day; earlier records and choices stay. Name and telephone stay with the child and are erased with it.')}</p>
		<Field label={t('从哪天起', 'From')} type="date" value={on} onInput={setOn} required />
		<Check label={t('确定', 'Yes')} checked={sure} onChange={setSure} /><Button wide disabled={!sure || !on} onClick={() => run('.end', { on })}>{t('登记', 'Record')}</Button></Sheet>;
}

// What a guardian may ask: see, correct, erase, stop using. Answered within 15 days.
function Rights(p: { child: Row; onChange: () => void }) {
	const seen = useView('privacy_requests', { date: today() });
	const mine = (seen.rows || []).filter(r => String(r.pupil) === String(p.child.pupil));
	const [form, setForm] = useState<'' | 'ask' | 'erase' | Row>('');
	const close = () => {
		setForm('');
		seen.reload();
		p.onChange();
	};
	return <section class="card"><h2>{t('家长的权利', "The guardian's rights")}</h2>
		<ul class="log">{mine.map(r => <li class="item"><p><strong>{word(REQUESTS, r.kind)}</strong> {r.asked_on}{t(' 提出，', ' asked, ')}{r.answered_on ? t('已答复：', 'answered: ') + word(OUTCOMES, r.outcome) + ' ' + r.answered_on : t('最迟 ' + r.due_on + ' 答复', 'answer by ' + r.due_on)}{Number(r.overdue) ? t('（已过期）', ' (overdue)') : ''}</p>{r.words && <p class="small">{r.words}</p>}
			{!r.answered_on && can('head') && <p class="row"><Button onClick={() => setForm(r)}>{t('答复', 'Answer')}</Button></p>}</li>)}</ul>
		<p class="row"><a class="button plain" href={'#/copy/' + p.child.pupil}>{t('打印全部资料', 'Print all that is kept')}</a> <Button onClick={() => setForm('ask')}>{t('记家长的要求', "Record a guardian's request")}</Button>{' '}
			{can('head') && <Button kind="quiet" onClick={() => setForm('erase')}>{t('删除资料', 'Erase')}</Button>}</p>
		{form === 'ask' && <Ask child={p.child} onClose={close} />}
		{form === 'erase' && <Erase child={p.child} open={mine.filter(r => Number(r.kind) === 3 && !r.answered_on)} onClose={close} />}
		{form && typeof form === 'object' && <Answer request={form} onClose={close} />}
	</section>;
}

function Ask(p: { child: Row; onClose: () => void }) {
	const guardians = list(p.child.guardians);
	const [v, set] = useState<Row>({ guardian: guardians.length ? guardians[0].guardian : '', kind: '1', on: today(), words: '' });
	const [error, setError] = useState<Refusal | null>(null);
	const put = (k: string) => (x: string) => set({ ...v, [k]: x });
	return <Sheet title={t('家长的要求', "A guardian's request")} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('privacy.request', { pupil: p.child.pupil, guardian: v.guardian, kind: v.kind, on: v.on, ...(v.words ? { words: v.words } : {}) });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Select label={t('哪位家长', 'Which guardian')} value={v.guardian} onChange={put('guardian')} none={t('请选择', 'Choose')} options={guardians.map(g => [g.guardian, g.name] as [string, string])} />
		<Select label={t('要求什么', 'What')} value={v.kind} onChange={put('kind')} options={options(REQUESTS)} />
		<Field label={t('哪天提出', 'Asked on')} type="date" value={v.on} onInput={put('on')} required />
		<Field label={t('原话', 'Words')} value={v.words} onInput={put('words')} area />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={!v.guardian}>{t('记下，15 天内答复', 'Record: answered within 15 days')}</Button></form></Sheet>;
}

function Answer(p: { request: Row; onClose: () => void }) {
	const [outcome, setOutcome] = useState('1');
	const [words, setWords] = useState('');
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('答复：', 'Answer: ') + word(REQUESTS, p.request.kind)} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			await command('privacy.answer', { pupil: p.request.pupil, request: p.request.request, on: today(), outcome, ...(words ? { words } : {}) });
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Select label={t('结果', 'Outcome')} value={outcome} onChange={setOutcome} options={options(OUTCOMES)} />
		<Field label={t('说明', 'Words')} value={words} onInput={setWords} area required={outcome === '3'} />
		<Failure error={error} /><Button type="submit" kind="main" wide disabled={outcome === '3' && !words.trim()}>{t('答复', 'Answer')}</Button></form></Sheet>;
}

// Terminal, everywhere: so the name is typed once more.
function Erase(p: { child: Row; open: Row[]; onClose: () => void }) {
	const guardians = list(p.child.guardians);
	const [guardian, setGuardian] = useState('');
	const [typed, type] = useState('');
	const [sure, setSure] = useState(false);
	const [error, setError] = useState<Refusal | null>(null);
	return <Sheet title={t('删除 ' + p.child.name + ' 的资料', 'Erase ' + p.child.name)} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		try {
			for (const r of p.open) await command('privacy.answer', { pupil: r.pupil, request: r.request, on: today(), outcome: 1 });
			// Off the lists from today; who was on none is told so, and that is no hindrance.
			await command('consent.withdraw', { pupil: p.child.pupil, on: today() }).catch((e: Refusal) => { if (e.later) throw e; });
			await command('pupil.erase', { pupil: p.child.pupil, reason: guardian ? 1 : 2, ...(guardian ? { guardian } : {}) });
			location.hash = '#/pupils';
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		<Note kind="care"><p>{t('姓名、家长、电话、住址、健康和写到孩子的文字，在学校和县里都会删掉，不能恢复。到、未到、时间这些没有名字的记录保留到期满。孩子从今天起不在点名名单上，还来的用纸记。', 'Name, guardians, telephone, address, health and words about the child go at the school and the county, and cannot be brought back. Marks and times without a name stay until their time is over. The child is off the roll call list from today; if it still comes, paper is used.')}</p></Note>
		<Select label={t('哪位家长要求的', 'Which guardian asks')} value={guardian} onChange={setGuardian} none={t('没有人要求，保存的目的已经没有了', 'Nobody: the purpose is over')} options={guardians.map(g => [g.guardian, g.name] as [string, string])} />
		<Field label={t('再写一遍孩子的姓名', "The child's name once more")} value={typed} onInput={type} required />
		<Check label={t('纸质名单上也会划掉', 'Paper lists are struck out too')} checked={sure} onChange={setSure} />
		<Failure error={error} /><Button type="submit" kind="urgent" wide disabled={typed.trim() !== p.child.name || !sure}>{t('删除，不能恢复', 'Erase for good')}</Button></form></Sheet>;
}


function keptText(r: Row): string {
	if (r.what === 'sex') return word(sexes, r.text || 0);
	if (r.what === 'priority') return word(priorities, r.text);
	if (r.what === 'consent' || r.what === 'data_consent') return Number(r.text) ? t('同意', 'yes') : t('不同意', 'no');
	return String(r.text);
}

// All that is kept of a child, for its guardian to read, correct and take home.
export function Copy(p: { id: string }) {
	const seen = useView('guardian_copy', { pupil: p.id });
	const { status } = useWorld();
	return <Page title={t('给家长看的全部资料', 'All that is kept of the child')} back={'#/pupils/' + p.id} tools={<span class="no-print"><Button kind="main" onClick={() => window.print()}>{t('打印', 'Print')}</Button></span>}>
		<p>{status && status.name}　{today()}</p>
		<Rows seen={seen} empty={t('没有保存任何资料。', 'Nothing is kept.')}>{rows => <div class="scroll" tabIndex={0} role="region" aria-label={t('全部资料', 'All that is kept')}><table class="table"><tbody>{rows.filter(r => r.text !== null).map(r => <tr><th>{word(KEPT, r.what)}</th><td><Name>{keptText(r)}</Name></td><td>{r.date}</td></tr>)}</tbody></table></div>}</Rows>
		<p>{t('有错请在旁边写明，签字交回学校；15 天内答复。', 'Write beside what is wrong, sign and give it back; answered within 15 days.')}</p>
		<p class="paper-only">{t('家长签名 ______________　日期 ______________', 'Guardian ______________  Date ______________')}</p>
	</Page>;
}

function Forms(p: { kind: 'edit' | 'guardian' | 'collector' | 'way' | 'private' | 'leave'; row: Row; onClose: () => void }) {
	const r = p.row;
	const [v, set] = useState<Row>(p.kind === 'edit' ? { name: r.name, birth: r.birth || '', student_no: r.student_no || '', sex: String(r.sex || 0) }
		: p.kind === 'leave' ? { on: today(), note: '' } : p.kind === 'private' ? { address: r.address || '', health: r.health || '', allergy: r.allergy || '' } : p.kind === 'way' ? { weekday: '0', how: '1' } : { name: '', phone: '', relation: p.kind === 'guardian' ? '0' : '5' });
	const [error, setError] = useState<Refusal | null>(null);
	const name = { edit: 'pupil.edit', guardian: 'guardian.add', collector: 'collector.add', way: 'pupil.way', private: 'pupil.private', leave: 'pupil.leave' }[p.kind];
	const title = { edit: t('更正', 'Correct'), guardian: t('登记监护人', 'Add a guardian'), collector: t('登记接送人', 'Add a collector'), way: t('平时怎样回家', 'Usual way home'), private: t('住址、健康（只有本校能看）', 'Address, health (this school only)'), leave: t('转走、毕业', 'Leaves the school') }[p.kind];
	const put = (k: string) => (value: string) => set({ ...v, [k]: value });
	const guardians = list(r.guardians);
	const routes = useView(p.kind === 'way' ? 'routes' : null);
	return <Sheet title={title} onClose={p.onClose}><form onSubmit={async e => {
		e.preventDefault();
		const args: Row = { pupil: r.pupil };
		Object.keys(v).forEach(k => { if (v[k] !== '') args[k] = v[k]; });
		try {
			await command(name, args, undefined, p.kind === 'edit' || p.kind === 'private' ? r.version : undefined);
			p.onClose();
		} catch (problem) {
			setError(problem as Refusal);
		}
	}}>
		{Object.keys(v).filter(k => ['relation', 'sex', 'weekday', 'how', 'asked_by', 'asked_on', 'route'].indexOf(k) < 0).map(k => <Field label={k === 'on' ? t('哪天走', 'Leaves on') : k === 'note' ? t('转到哪里，说明', 'Where to') : word(KEPT, k)} type={k === 'on' ? 'date' : 'text'} value={v[k]} onInput={put(k)} required={k === 'name' || k === 'on'} />)}
		{p.kind === 'leave' && <p class="hint">{t('从这天起不再列入名单；以前的记录保留，晚到的更正仍可登记。', 'Not on the lists from that day; earlier records stay, late corrections remain possible.')}</p>}
		{'relation' in v && <Select label={word(KEPT, 'relation')} value={v.relation} onChange={put('relation')} options={options(relations)} />}
		{'sex' in v && <Select label={word(KEPT, 'sex')} value={v.sex} onChange={put('sex')} options={options(sexes)} />}
		{'weekday' in v && <Select label={word(KEPT, 'weekday')} value={v.weekday} onChange={put('weekday')} options={[0, 1, 2, 3, 4, 5].map(n => [String(n), weekdayName(n)] as [string, string])} />}
		{'how' in v && <Select label={word(KEPT, 'how')} value={v.how} onChange={put('how')} options={options(ways)} />}
		{(v.how === '2' || v.how === '3') && <Select label={t('哪条', 'Which one')} value={v.route || ''} onChange={put('route')} none={t('请选择', 'Choose')} options={(routes.rows || []).filter(x => String(x.kind) === v.how).map(x => [String(x.route), x.name] as [string, string])} />}
		{v.how === '4' && <div><p class="hint">{t('自行回家要有监护人的书面申请。', 'Walking alone needs the written request of a guardian.')}</p>
			<Select label={t('哪位监护人申请', 'Who asked')} value={v.asked_by || ''} onChange={put('asked_by')} none={t('请选择', 'Choose')} options={guardians.map(g => [g.guardian, g.name] as [string, string])} />
			<Field label={t('申请日期', 'Asked on')} type="date" value={v.asked_on || ''} onInput={put('asked_on')} required /></div>}
		<Failure error={error} /><Button type="submit" kind="main" wide>{t('保存', 'Save')}</Button></form></Sheet>;
}
