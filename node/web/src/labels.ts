// Words for columns, parameters and codes in generated forms and lists.
import { words } from './schema';
import { consentHow, incidentKinds, noteKinds, options, Pairs, relations, siteClasses, siteKinds, slotName, slotsName, staffKinds, stateName, ways, weekdayName, word } from './words';

// Out of po/ by way of the machine: one word for a column, here and at the command line, where
// an English one begins small. By the command or view first: 'site.add' and 'name' are site.name.
export function label(name: string, owner = ''): string {
	const known = words && (words.columns[owner.split('.')[0] + '.' + name] || words.columns[name]) || name.replace(/_/g, ' ');
	return known.slice(0, 1).toUpperCase() + known.slice(1);
}

// Codes: by COMMAND.parameter, VIEW.column, else by the name alone.
const checks: Pairs = { 1: ['交通', 'Traffic'], 2: ['校舍', 'Premises'], 3: ['消防', 'Fire'], 4: ['食品', 'Food'], 5: ['保卫', 'Security'], 6: ['周边', 'Surroundings'] };
const opinionKinds: Pairs = { 1: ['意见', 'Opinion'], 2: ['建议', 'Suggestion'], 3: ['投诉', 'Complaint'], 4: ['表扬', 'Praise'] };
const hazardSteps: Pairs = { 1: ['移送', 'Referred'], 2: ['回复', 'Reply'], 3: ['催办', 'Reminder'], 4: ['采取措施', 'Measure'], 5: ['已消除', 'Cleared'], 6: ['又出现', 'Open again'] };
const trainingKinds: Pairs = { 1: ['卫生课', 'Hygiene'], 2: ['安全课', 'Safety'], 3: ['法治课', 'Law'], 4: ['消防演练', 'Fire drill'], 5: ['疏散演练', 'Evacuation drill'], 6: ['其他演练', 'Other drill'] };
const pledgeKinds: Pairs = { 1: ['安全', 'Safety'], 2: ['食品', 'Food'], 3: ['消防', 'Fire'], 4: ['交通', 'Traffic'] };
const priorityKinds: Pairs = { 2: ['随迁子女', "Migrant worker's child"], 3: ['留守儿童', 'Left-behind'], 4: ['残疾儿童', 'Disabled'] };
const routeKinds: Pairs = { 2: ['路队', 'Led by a teacher'], 3: ['校车', 'Bus'] };
const requestKinds: Pairs = { 1: ['查阅', 'See'], 2: ['更正', 'Correct'], 3: ['删除', 'Erase'], 4: ['停止使用', 'Stop'] };
const giftKinds: Pairs = { 1: ['人手', 'People'], 2: ['场地', 'Rooms'], 3: ['器材', 'Equipment'] };
const slotBits: Pairs = { 1: ['中午', 'Noon'], 2: ['下午', 'Afternoon'], 3: ['中午和下午', 'Both'] };
const roles: Pairs = { 1: ['看护', 'Care'], 2: ['活动', 'Activity'] };
const sources: Pairs = { 1: ['花名册', 'Roster'], 2: ['家长', 'Guardian'], 3: ['民政', 'Civil affairs'] };
const erasureReasons: Pairs = { 1: ['家长要求', 'A guardian asks'], 2: ['目的已达到', 'Purpose over'] };
const phases: Pairs = { 1: ['基本看护', 'Care'], 2: ['应托尽托', 'All who want'], 3: ['特色活动', 'Activities'] };
const yesNo: Pairs = { 1: ['是', 'yes'], 0: ['否', 'no'] };
const dayKinds: Pairs = { school: ['上课（调休）', 'School day'], closed: ['不上课', 'Closed'], term: ['学期', 'Term'] };
const CODES: { [name: string]: Pairs } = {
	'inspection.kind': checks, 'hazard.kind': checks, 'hazard.step.kind': hazardSteps, 'inspections.kind': checks, 'hazards.kind': checks, 'hazard_referral.kind': checks,
	'opinion.kind': opinionKinds, 'opinions.kind': opinionKinds, 'training.kind': trainingKinds, 'trainings.kind': trainingKinds, 'pledge.kind': pledgeKinds, 'pledges.kind': pledgeKinds,
	'pupil.priority.kind': priorityKinds, 'route.kind': routeKinds, 'routes.kind': routeKinds, 'privacy.kind': requestKinds, 'privacy_requests.kind': requestKinds, 'gift.kind': giftKinds, 'gifts.kind': giftKinds,
	'incident.add.kind': noteKinds, 'incident.report.kind': incidentKinds, 'incidents.kind': incidentKinds, 'clusters.kind': incidentKinds, 'plan.revise.kind': incidentKinds, 'emergency.kind': incidentKinds,
	'number.add.kind': { 0: ['各类事件', 'Every kind'], ...incidentKinds }, 'emergency.number.kind': { 0: ['各类事件', 'Every kind'], ...incidentKinds, 90: ['乱收费举报', 'Charging'] },
	'staff.kind': staffKinds, 'people.kind': staffKinds, 'subsidy.kind': staffKinds, 'site.kind': siteKinds, 'sites.kind': siteKinds, 'site.class': siteClasses, 'sites.class': siteClasses, 'policy.class': { 0: ['全部', 'All'], ...siteClasses }, 'policy_changes.class': { 0: ['全部', 'All'], ...siteClasses }, site_class: siteClasses, 'month_sites.class': siteClasses, 'month_sites.side': { 1: ['城镇', 'Town'], 2: ['乡村', 'Country'] }, 'audit_sites.class': siteClasses, 'audit_sites.kind': siteKinds, 'audit_staff.kind': staffKinds,
	'calendar.kind': dayKinds, 'handover.kind': { 1: ['平常', 'Ordinary'], 2: ['一人校点', 'One-teacher point'], 3: ['紧急代看', 'Emergency cover'] }, 'handovers.kind': { 1: ['平常', 'Ordinary'], 2: ['一人校点', 'One-teacher point'], 3: ['紧急代看', 'Emergency cover'] },
	'incident.people.part': { 1: ['受伤', 'Hurt'], 2: ['吃过', 'Ate'], 3: ['发病', 'Ill'], 4: ['目击', 'Saw it'] },
	'satisfaction.how': { 1: ['举手', 'Show of hands'], 2: ['问卷', 'Form'] }, 'satisfactions.how': { 1: ['举手', 'Show of hands'], 2: ['问卷', 'Form'] }, 'consent.chase.how': { 1: ['纸条', 'Slip'], 2: ['电话', 'Telephone'], 3: ['当面', 'In person'] },
	'leave.how': ways, 'leavings.how': ways, 'leaving_sheet.how': ways, 'ways.how': ways, 'pupil.way.how': ways, 'boarders.how': ways, 'consent.how': consentHow, 'consents.how': consentHow, 'data.consent.how': consentHow,
	'statement.sign.step': { 2: ['中心校', 'Central school'], 3: ['家长委员会', "Parents' committee"] }, 'statement.approve.step': { 4: ['教育局', 'Bureau'], 5: ['财政', 'Finance'] }, 'policy_lists.list': { 1: ['活动', 'Activities'], 2: ['指标', 'Indicators'], 3: ['阶段', 'Phases'], 4: ['保存期限', 'Retention'] },
	'attendance.correct.state': { 1: ['到', 'Here'], 2: ['未到', 'Not here'], 3: ['请假', 'Excused'] }, 'complaint.enter.channel': { 1: ['电话', 'Telephone'], 2: ['信件', 'Letter'], 3: ['当面', 'In person'], 4: ['随U盘的密封件', 'Sealed slip'] }, 'pupil.erase.reason': erasureReasons,
	group_kind: { 0: ['全部', 'All'], 1: ['低年级', 'Low grades'], ...priorityKinds }, 'priorities.kind': { 1: ['低年级', 'Low grade'], ...priorityKinds }, 'priorities.source': { 0: ['自动算', 'Computed'], ...sources }, 'erasures.reason': erasureReasons,
	'calendar.name': { 1: ['第一学期', 'First term'], 2: ['第二学期', 'Second term'] }, 'sessions.closed': yesNo, 'incidents.closed': yesNo, 'retention.ends': yesNo, 'violations_R13.kind': incidentKinds,
	next_phase: phases, phase: phases,
	department: { 1: ['综治', 'Public order'], 2: ['公安', 'Police'], 3: ['卫生', 'Health'], 4: ['市场监管', 'Market'], 5: ['消防', 'Fire brigade'], 6: ['学校', 'School'], 7: ['教体局', 'Education'] },
	from_whom: { 1: ['家长', 'Guardian'], 2: ['学生', 'Pupil'], 3: ['教职工', 'Staff'], 4: ['周边群众', 'Neighbours'], 9: ['没说', 'Not said'] }, purpose: { 1: ['劳务补助', 'Subsidies'], 2: ['保险和安全', 'Insurance and safety'], 3: ['材料', 'Materials'], 4: ['水电取暖', 'Light and heating'] },
	source: sources, connectivity: { 0: ['没有', 'None'], 1: ['手机信号', 'Telephone network'], 2: ['宽带', 'Line'] }, stage: { 1: ['小学', 'Primary'], 2: ['初中', 'Junior'], 3: ['都有', 'Both'] },
	direction: { 1: ['转出', 'Leaves'], 2: ['转入', 'Arrives'] }, outcome: { 1: ['已办', 'Done'], 2: ['部分办了', 'In part'], 3: ['不能办', 'Refused'] }, sex: { 1: ['男', 'male'], 2: ['女', 'female'], 0: ['未填', 'not said'] }, role: roles, round: { 1: ['第一次', 'First'], 2: ['第二次', 'Second'] }, relation: relations, slots: slotBits,
	unit: { 1: ['小时', 'Hour'], 2: ['课时', 'Lesson'], 3: ['场', 'Session'] },
};
const YES_NO = /^(active|shown|closed_all|past_head|overdue|due|read|informed_in_time|consent|request|asked|expected|wanted|boarding|visiting|guarded|canteen|power_cuts|ate|eats|naps|signed|held|matched|edited|added|low_grade|fits|refused|goes_home|plan_revised|material|pays|barred|late_entry|undone|silent|sample|empty|emergency|choice|charging)$/;

// 'hazard.add' and 'kind': hazard.add.kind, hazard.kind, kind.
export function codesOf(owner: string, name: string): Pairs | null {
	return CODES[owner + '.' + name] || CODES[owner.split('.')[0] + '.' + name] || CODES[name] || null;
}
export const choices = (owner: string, name: string): Array<[string, string]> | null => {
	const pairs = codesOf(owner, name);
	return pairs && options(pairs);
};

// What a row is about.
export const tables: Pairs = {
	pupil: ['学生资料', 'Child'], guardian: ['监护人', 'Guardian'], collector: ['接送人', 'Collector'], enrolment: ['编班', 'Class'], priority: ['优先群体', 'Priority'], request: ['报名', 'Request'], way: ['怎样回家', 'Way home'],
	consent: ['同意书', 'Consent'], data_consent: ['保存资料的同意', 'Consent to data'], attendance: ['考勤', 'Attendance'], leaving: ['离校', 'Leaving'], staff: ['教职工', 'People'], session: ['场次', 'Session'], site: ['校点', 'Site'], late_pickup: ['没人来接', 'Not collected'], boarding: ['寄宿', 'Boarding'], noon: ['午间', 'Noon'],
	subject_request: ['家长的要求', "Guardian's request"], transfer: ['转学', 'Transfer'], consent_chase: ['催补同意书', 'Consent chased'], incident: ['事件', 'Incident'], incident_person: ['事件涉及', 'Part in an incident'], incident_note: ['事件补充', 'Incident'],
};

// A cell in words; null: as it is.
export function said(view: string, name: string, v: unknown): string | null {
	if (name === 'slot') return slotName(v);
	if (name === 'slots') return slotsName(v);
	if (name === 'weekday') return weekdayName(v);
	if (name === 'weekdays' || name === 'boarding_week') return [1, 2, 3, 4, 5, 6, 7].filter(n => Number(v) & 1 << (n - 1)).map(weekdayName).join(' ');
	if (name === 'state' && (view === 'rollcall_sheet' || view === 'still_here')) return stateName(v);
	const pairs = codesOf(view, name);
	if (pairs) return word(pairs, v);
	return YES_NO.test(name) && (String(v) === '0' || String(v) === '1') ? word(yesNo, v) : null;
}
