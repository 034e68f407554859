// Words in two languages. A string stands as a pair where it is shown: t('中文', 'English');
// the type checker sees to it that neither is missing (docs/decisions/004-words-in-pairs.md).

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

type Pairs = { [code: string]: [string, string] };

function word(pairs: Pairs, code: unknown): string {
	const pair = pairs[String(code)];
	return pair ? t(pair[0], pair[1]) : code === null || code === undefined ? '' : String(code);
}

const slots: Pairs = { 1: ['中午', 'Noon'], 2: ['下午', 'Afternoon'] };
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

const grades = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
export function className(grade: unknown, cls: unknown): string {
	const g = Number(grade);
	return t((grades[g] || String(g)) + '年级' + cls + '班', 'Grade ' + g + ' class ' + cls);
}

// A list of options for a <select>, in the order of the codes.
export function options(pairs: Pairs): Array<[string, string]> {
	return Object.keys(pairs).map(code => [code, word(pairs, code)] as [string, string]);
}

// Labels of columns and parameters in generated forms and lists.
const labels: Pairs = {
	about: ['说明', 'About'], absent: ['未到', 'Absent'], active: ['在岗', 'Active'],
	activity: ['活动', 'Activity'], address: ['住址', 'Address'], approval: ['电话同意', 'Approval'],
	at: ['时间', 'At'], begin: ['开始', 'Begin'], birth: ['出生日期', 'Born'], body: ['正文', 'Text'],
	boarding: ['住校', 'Boarding'], by: ['经手', 'By'], by_staff: ['经手人', 'By'], came: ['到', 'Came'],
	checked_on: ['入职查询日期', 'Checked on'], choice: ['选择', 'Choice'], class: ['班', 'Class'],
	class_year: ['分类年份', 'Class year'], closed: ['已清场', 'Closed'], code: ['代码', 'Code'],
	collector: ['接送人', 'Collector'], consent: ['同意', 'Consent'], consents: ['同意人数', 'Consents'],
	counted: ['清点', 'Counted'], date: ['日期', 'Date'], day: ['日期', 'Day'],
	difference: ['相差', 'Difference'], empty: ['已清空', 'Empty'], end: ['结束', 'End'],
	entered_by: ['录入', 'Entered by'], entry_year: ['入学年份', 'Entry year'],
	excused: ['请假', 'Excused'], expected: ['应有', 'Expected'], extra: ['临时来', 'Walk-ins'],
	from_on: ['起', 'From'], from_staff: ['交班人', 'From'], given_on: ['日期', 'Given on'],
	grade: ['年级', 'Grade'], group: ['组', 'Group'], grp: ['组', 'Group'],
	guardian: ['监护人', 'Guardian'], happened_at: ['发生时间', 'Happened at'],
	health: ['健康情况', 'Health'], hours: ['课时', 'Hours'], how: ['方式', 'How'], id: ['编号', 'Id'],
	incident: ['事件', 'Incident'], incidents: ['事件数', 'Incidents'], kind: ['类别', 'Kind'],
	left: ['已离校', 'Left'], left_here: ['尚余', 'Left here'], marked_by: ['点名人', 'Marked by'],
	marks: ['已点', 'Marked'], material: ['重大变更', 'Material'], message: ['通知', 'Message'],
	month: ['月份', 'Month'], name: ['姓名', 'Name'], no: ['序号', 'No.'], notes: ['补充', 'Notes'],
	notice: ['告知书', 'Notice'], on: ['日期', 'On'], past_head: ['不经校长', 'Past the head'],
	person: ['何人', 'Person'], phase: ['阶段', 'Phase'], phone: ['电话', 'Phone'],
	place: ['地点', 'Place'], policy: ['方案', 'Plan'], priorities: ['优先项', 'Priorities'],
	priority: ['优先类别', 'Priority'], pupil: ['学生', 'Child'], pupil_name: ['学生', 'Child'],
	pupils: ['学生数', 'Children'], read: ['已读', 'Read'], reason: ['原因', 'Reason'],
	relation: ['关系', 'Relation'], reported_at: ['报告时间', 'Reported at'],
	reported_by: ['报告人', 'Reported by'], request: ['报名', 'Request'], roles: ['岗位', 'Roles'],
	route: ['路队', 'Route'], school: ['学校', 'School'], school_year: ['学年', 'School year'],
	sessions: ['场次', 'Sessions'], sex: ['性别', 'Sex'], since: ['自', 'Since'],
	site: ['校点', 'Site'], slot: ['时段', 'Slot'], slots: ['时段', 'Slots'], staff: ['人员', 'Staff'],
	staff_id: ['人员', 'Person'], state: ['状态', 'State'], still_here: ['还在校', 'Still here'],
	student_no: ['学籍号', 'Student number'], sum_fen: ['金额（元）', 'Sum (yuan)'],
	text: ['内容', 'Text'], time: ['时间', 'Time'], title: ['标题', 'Title'],
	to_school: ['收件学校', 'To school'], to_staff: ['接班人', 'To'], until: ['至', 'Until'],
	until_on: ['止', 'Until'], version: ['版本', 'Version'], wanted: ['愿参加', 'Wanted'],
	weekday: ['星期', 'Weekday'], weekdays: ['星期', 'Weekdays'], what: ['情况', 'What'],
	who: ['何人', 'Who'], with_whom: ['跟谁走', 'With whom'], withdrawn_on: ['退出日期', 'Withdrawn on'],
	witness: ['见证人', 'Witness'], amount_fen: ['金额（元）', 'Amount (yuan)'], due_on: ['期限', 'Due'],
	answer: ['答复', 'Answer'], author: ['作者', 'Author'], department: ['部门', 'Department'],
	hazard: ['隐患', 'Hazard'], opinion: ['意见', 'Opinion'], rate_fen: ['标准（元）', 'Rate (yuan)'],
	minutes: ['分钟', 'Minutes'], status: ['状态', 'Status'], total: ['合计', 'Total'],
	payer: ['付款方', 'Payer'], purpose: ['用途', 'Purpose'], voucher: ['凭证号', 'Voucher'],
	year: ['年份', 'Year'], count: ['数量', 'Count'], source: ['来源', 'Source'],
	informed: ['已告知', 'Informed'], leader: ['带队', 'Leader'], confirmed: ['已确认', 'Confirmed'],
	last_contact: ['最近联系', 'Last contact'], role: ['岗位', 'Role'], pin: ['PIN 码', 'PIN'],
};
export const label = (name: string) => labels[name] ? word(labels, name) : name.replace(/_/g, ' ');
