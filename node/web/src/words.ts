// Words in two languages. A string stands as a pair where it is shown: t('中文', 'English');
// the type checker sees to it that neither is missing, and the build makes a script of each
// language (docs/decisions/004-words-in-pairs.md).

export type Lang = 'zh' | 'en';

let lang: Lang = 'zh';

export function setLang(to: Lang): void {
	lang = to;
	document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
	try {
		localStorage.setItem('lang', to);
	} catch (e) {
		// A browser without storage keeps the language for this page only.
	}
}

export function firstLang(): Lang {
	try {
		const kept = localStorage.getItem('lang');
		if (kept === 'zh' || kept === 'en') return kept;
	} catch (e) {
		// As above.
	}
	return 'zh';
}

export function getLang(): Lang {
	return lang;
}

export function t(zh: string, en: string): string {
	return lang === 'zh' ? zh : en;
}

export type Pairs = { [code: string]: [string, string] };

export function word(pairs: Pairs, code: unknown): string {
	const pair: unknown = pairs[String(code)]; // in a build of one language a string
	return typeof pair === 'string' ? pair : Array.isArray(pair) ? t(pair[0], pair[1]) : code === null || code === undefined ? '' : String(code);
}

const slots: Pairs = { 1: ['中午', 'Noon'], 2: ['下午', 'Afternoon'] };
export const slotsName = (bits: unknown) => word({ 1: ['中午', 'noon'], 2: ['下午', 'afternoon'], 3: ['中午和下午', 'noon and afternoon'] }, bits);
export const slotName = (slot: unknown) => word(slots, slot);

const states: Pairs = { 1: ['到', 'Here'], 2: ['未到', 'Not here'], 3: ['请假', 'Excused'] };
export const stateName = (state: unknown) => word(states, state);

export const ways: Pairs = {
	1: ['家人接', 'Collected'],
	2: ['路队', 'Group led by a teacher'],
	3: ['校车', 'Bus'],
	4: ['自行回家', 'Walks alone'],
	5: ['住校', 'Boards'],
	6: ['教职工送', 'Staff take the child'],
	7: ['回班上课', 'Back to lessons'],
	9: ['其他', 'Other'],
};
export const wayName = (how: unknown) => word(ways, how);

export const incidentKinds: Pairs = {
	1: ['受伤', 'Injury'],
	2: ['食品安全', 'Food safety'],
	3: ['火情', 'Fire'],
	4: ['传染病', 'Infectious disease'],
	5: ['孩子走失', 'Missing child'],
	6: ['欺凌或侵害', 'Bullying or abuse'],
	9: ['其他', 'Other'],
};
export const incidentKind = (kind: unknown) => word(incidentKinds, kind);

export const noteKinds: Pairs = {
	1: ['已通知监护人', 'Guardian informed'],
	2: ['打了电话', 'Call made'],
	3: ['采取措施', 'Measure taken'],
	4: ['查明情况', 'Finding'],
	5: ['结案', 'Closed'],
	6: ['已报主管部门', 'Reported to the authority'],
};
export const noteKind = (kind: unknown) => word(noteKinds, kind);

export const relations: Pairs = {
	0: ['家人', 'Family'],
	1: ['父亲', 'Father'],
	2: ['母亲', 'Mother'],
	3: ['祖父母', 'Paternal grandparent'],
	4: ['外祖父母', 'Maternal grandparent'],
	5: ['其他家人', 'Other'],
	6: ['委托照护人', 'Delegated carer'],
};
export const relationName = (relation: unknown) => word(relations, relation);

export const staffKinds: Pairs = {
	1: ['在职教师', 'Serving teacher'],
	2: ['退休教师', 'Retired teacher'],
	3: ['学校职工', 'School worker'],
	4: ['家长志愿者', 'Volunteer parent'],
	5: ['社区', 'Community'],
	6: ['高校', 'University'],
	7: ['企事业单位', 'Enterprise'],
};
export const staffKind = (kind: unknown) => word(staffKinds, kind);

export const consentHow: Pairs = {
	1: ['签名', 'Signature'],
	2: ['按手印', 'Thumbprint'],
	3: ['当面', 'In person'],
	4: ['电话（有见证人）', 'Telephone, with witness'],
};
export const consentHowName = (how: unknown) => word(consentHow, how);

export const roleNames: Pairs = {
	teacher: ['教师', 'Teacher'],
	head: ['校长', 'Head'],
	guard: ['保安', 'Guard'],
	clerk: ['县经办', 'County clerk'],
	lead: ['县负责人', 'County lead'],
	auditor: ['审计', 'Auditor'],
};
export const roleName = (role: unknown) => word(roleNames, role);
const roleBits = ['teacher', 'head', 'guard', 'clerk', 'lead', 'auditor'];
export function rolesOf(bits: unknown): string {
	const n = Number(bits);
	return roleBits.filter((_, i) => n & (1 << i)).map(roleName).join(t('、', ', '));
}

export const siteClasses: Pairs = {
	111: ['主城区', 'Main urban district'],
	112: ['城乡结合区', 'Urban fringe'],
	121: ['镇中心区', 'Town centre'],
	122: ['镇乡结合区', 'Town fringe'],
	123: ['特殊区域', 'Special area'],
	210: ['乡中心区', 'Township centre'],
	220: ['村庄', 'Village'],
};
export const siteClass = (code: unknown) => word(siteClasses, code);

export const siteKinds: Pairs = {
	1: ['小学', 'Primary'], 2: ['初中', 'Junior'], 3: ['九年一贯', 'Nine-year'], 4: ['教学点', 'Teaching point'], 5: ['中心校', 'Central school'],
};
export const siteKind = (kind: unknown) => word(siteKinds, kind);

export const weekdays: Pairs = {
	1: ['周一', 'Mon'], 2: ['周二', 'Tue'], 3: ['周三', 'Wed'], 4: ['周四', 'Thu'], 5: ['周五', 'Fri'], 6: ['周六', 'Sat'], 7: ['周日', 'Sun'],
};
export const weekdayName = (n: unknown) => Number(n) ? word(weekdays, n) : t('每天', 'Every day');

const grades = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
export function className(grade: unknown, cls: unknown): string {
	const g = Number(grade);
	return t((grades[g] || String(g)) + '年级' + cls + '班', 'Grade ' + g + ' class ' + cls);
}

// A list of options for a <select>, in the order of the codes.
export function options(pairs: Pairs): Array<[string, string]> {
	return Object.keys(pairs).map(code => [code, word(pairs, code)] as [string, string]);
}

