// Words for columns, parameters and codes in generated forms and lists.
import { consentHow, incidentKinds, noteKinds, options, Pairs, relations, siteClasses, siteKinds, slotName, slotsName, staffKinds, stateName, ways, weekdayName, word } from './words';

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
	account_unit: ['报账单位', 'Accounting unit'], added: ['新增', 'Added'], adults: ['成人数', 'Adults'], agreed: ['同意的', 'Agreed'],
	allergy: ['过敏', 'Allergy'], allocated: ['已拨', 'Allocated'], answered_on: ['答复日期', 'Answered on'], answers: ['答卷数', 'Answers'],
	approved_by: ['哪位家长同意', 'Approved by'], asked: ['问了几人', 'Asked'], asked_by: ['谁申请', 'Asked by'], asked_on: ['申请日期', 'Asked on'],
	asked_percent: ['报名比例 %', 'Asked %'], ate: ['吃了', 'Ate'], before_cap: ['封顶前（元）', 'Before the cap'], boarding_week: ['哪几天回家', 'Days at home'],
	bureau: ['教育局', 'Bureau'], bureau_reason: ['退回原因', 'Why back'], bus: ['班车', 'Bus'], by_id: ['录入编号', 'By no.'], called: ['已点名场次', 'Roll calls'], caller: ['来电人', 'Caller'], canteen: ['有食堂', 'Canteen'],
	cap: ['上限（元）', 'Cap'], central: ['中心校', 'Central school'], channel: ['途径', 'Channel'], charging: ['涉及收费', 'About charging'], chased: ['催过几次', 'Chased'], checked: ['已查询', 'Checked'],
	children: ['学生数', 'Children'], chosen_notice: ['选择时的告知书', 'Notice chosen on'], chosen_on: ['选定日期', 'Chosen on'], cleared_on: ['消除日期', 'Cleared on'], collectors: ['谁可以接', 'Collectors'],
	column_id: ['列', 'Column'], complaint: ['举报', 'Complaint'], completeness: ['资料完整 %', 'Completeness %'], connectivity: ['网络', 'Network'], county_allocated: ['全县已拨', 'County allocated'],
	county_budget: ['全县预算', 'County budget'], county_number: ['县里电话', "County's number"], days: ['天数', 'Days'], direction: ['转出转入', 'Direction'], disputed: ['有异议', 'Disputed'], dormitory: ['宿舍', 'Dormitory'],
	due: ['该告知了', 'Due'], due_at: ['应报时间', 'Due at'], eats: ['在校吃饭', 'Eats'], edited: ['之后改过', 'Edited'], entries: ['补记笔数', 'Entries'], erased: ['已删除', 'Erased'],
	fen: ['金额（分）', 'Sum in fen'], fen_per_child: ['每生（元）', 'Per child'], field: ['内容', 'Field'], fields: ['看了哪些', 'Fields'], finance: ['财政', 'Finance'], first_on: ['首次', 'First'], fits: ['有名额', 'Has a place'],
	for_school: ['只对学校', 'Only for'], pages: ['页面', 'Pages'], countersigned: ['家委会已签', 'Countersigned'], posted_until: ['公示到', 'Posted until'], signed_again_at: ['再次签字', 'Signed again'],
	entry: ['登记号', 'Entry'], unit: ['单位', 'Unit'], unit_min: ['单位分钟', 'Minutes of a unit'], begins: ['开始', 'Begins'], ends: ['结束', 'Ends'], value: ['值', 'Value'], barred: ['不得从业', 'Barred'], barred_on: ['禁止日期', 'Barred on'], people: ['人员', 'People'], definition: ['定义', 'Definition'],
	change: ['变化', 'Change'], children_per_adult: ['每名看护人带几人', 'Children per adult'], country_children_per_adult: ['乡村每名看护人带几人', 'Country: children per adult'], country_fen: ['乡村每生（元）', 'Country: per child'], country_hours: ['乡村每生小时', 'Country: hours per child'],
	country_incidents_per_1000: ['乡村每千人事件', 'Country: incidents per 1000'], gap_fen: ['差距（元）', 'Gap in yuan'], gap_hours: ['差距小时', 'Gap in hours'], oldest_record: ['最早记录', 'Oldest record'], page: ['页面', 'Page'], side: ['城或乡', 'Side'], sites: ['校点', 'Sites'],
	town_children_per_adult: ['城镇每名看护人带几人', 'Town: children per adult'], town_fen: ['城镇每生（元）', 'Town: per child'], town_hours: ['城镇每生小时', 'Town: hours per child'], town_incidents_per_1000: ['城镇每千人事件', 'Town: incidents per 1000'], weight: ['权重', 'Weight'], without_records: ['没有记录的', 'Without records'],
	child_minutes: ['学生分钟', 'Minutes of children'], last_on: ['最近一次', 'Last on'], spans: ['时间段', 'Spans'], takes_part: ['参加', 'Take part'],
	from_month: ['从哪月', 'From month'], until_month: ['到哪月', 'Until month'],
	food: ['餐食', 'Food'], found_by: ['发现人', 'Found by'], found_on: ['发现日期', 'Found on'], from_grade: ['原年级', 'From grade'], from_id: ['交班编号', 'From no.'], from_md: ['从（月日）', 'From'], from_whom: ['谁提的', 'From whom'],
	gates: ['校门数', 'Gates'], gift: ['捐助', 'Gift'], giver: ['谁给的', 'Giver'], goes_home: ['今天回家', 'Goes home'], graduated: ['毕业', 'Graduated'], group_kind: ['人群', 'Group'], guarded: ['有保安', 'Guard'],
	guardian_informed_at: ['通知监护人时间', 'Guardian informed'], guardian_name: ['监护人', 'Guardian'], guardians: ['监护人', 'Guardians'], handovers: ['交接', 'Handovers'], hazards: ['隐患', 'Hazards'], header: ['表头', 'Header'],
	held: ['已开展', 'Held'], held_as_planned: ['按计划开展', 'As planned'], held_on: ['日期', 'Held on'], hours_per_child: ['每生小时', 'Hours per child'], in_force: ['现行', 'In force'], in_time: ['按时', 'In time'], indicator: ['指标', 'Indicator'],
	informed_at: ['告知时间', 'Informed at'], initials: ['拼音首字母', 'Initials'], inspection: ['检查', 'Inspection'], kept_by: ['谁看护', 'Kept by'], last_chased: ['上次催', 'Last chased'], last_session: ['最近一场', 'Last session'],
	late: ['迟到的', 'Late'], leaves: ['出发时间', 'Leaves'], left_how: ['怎样离校', 'How it left'], left_on: ['离校日期', 'Left on'], list: ['目录', 'List'], looks: ['查看次数', 'Looks'], low_grade: ['低年级', 'Low grade'], matched: ['已有文件', 'Matched'],
	members: ['成员', 'Members'], menu: ['菜单', 'Menu'], moved_on: ['日期', 'Moved on'], naps: ['午睡', 'Naps'], needed: ['要求', 'Needed'], new_notice: ['新告知书', 'New notice'], next_phase: ['下一阶段', 'Next phase'],
	no_smartphone: ['没有智能手机的家长', 'Guardians without smartphone'], note: ['说明', 'Note'], notice_title: ['告知书', 'Notice'], number: ['号码', 'Number'], of: ['共', 'Of'], of_school: ['学校', 'School'], on_paper: ['用纸记的', 'On paper'],
	order_id: ['通知', 'Order'], other: ['另一份', 'Other'], other_at: ['另一份时间', 'Other at'], other_pupil: ['另一个孩子', 'Other child'], other_school: ['另一所学校', 'Other school'], outcome: ['结果', 'Outcome'], overdue: ['过期', 'Overdue'], oversize: ['大班额', 'Oversize classes'],
	parents: ['家长委员会', "Parents' committee"], part: ['部分', 'Part'], pays: ['计补助', 'Pays'], percent: ['百分比', 'Percent'], places: ['名额', 'Places'], plan_revised: ['预案已修订', 'Plan revised'], planned: ['计划', 'Planned'],
	power_cuts: ['常停电', 'Power cuts'], practice: ['做法', 'Practice'], promoted: ['升级', 'Promoted'], quantity: ['数值', 'Quantity'], rank: ['次序', 'Rank'], rate: ['标准（元）', 'Rate'], received_at: ['收到时间', 'Received at'], received_on: ['收到日期', 'Received on'],
	refused: ['没有名额', 'Refused'], repeated: ['留级', 'Repeated'], requests: ['报名', 'Requests'], result: ['结果', 'Result'], road: ['路况', 'Road'], room: ['地点', 'Room'], round: ['第几次', 'Round'], route_name: ['路队或校车', 'Route'],
	row_key: ['记录', 'Record'], rows: ['行数', 'Rows'], same_as: ['与谁是同一人', 'Same as'], same_day: ['同一天', 'Same day'], same_hand: ['同一人登记', 'Same hand'], same_minute: ['同一分钟', 'Same minute'], sample_at: ['留样时间', 'Sample at'], sample_grams: ['留样克数', 'Grams kept'],
	school_days: ['上课日', 'School days'], school_name: ['学校', 'School'], schools: ['学校数', 'Schools'], shown: ['现在显示', 'Shown'], shown_at: ['显示的时间', 'Shown at'], signed: ['签字', 'Signed'], signed_on: ['签字日期', 'Signed on'], silent: ['无消息', 'Silent'],
	site_class: ['城乡分类', 'Class of site'], site_name: ['校点', 'Site'], sort: ['次序', 'Order'], spent: ['已用', 'Spent'], stage: ['学段', 'Stage'], steps: ['处理经过', 'Steps'], submitted_at: ['签字时间', 'Submitted'], sunset: ['天黑时间', 'Dark at'], table_id: ['表', 'Table'],
	takes_part_percent: ['参加比例 %', 'Take part %'], to_grade: ['新年级', 'To grade'], to_id: ['接班编号', 'To no.'], training: ['课或演练', 'Training'], undone: ['已撤销', 'Undone'], unpaid_minutes: ['不计补助分钟', 'Unpaid minutes'], until_md: ['到（月日）', 'Until'],
	view: ['看的是', 'View'], visiting: ['有走教', 'Visiting teachers'], watched_by: ['谁看护', 'Watched by'], ways: ['怎样回家', 'Ways home'], why: ['为什么', 'Why'], with_staff: ['陪餐人', 'Ate along'], words: ['原话', 'Words'], years: ['年数', 'Years'], yes: ['同意', 'Yes'], yuan: ['金额（元）', 'Yuan'],
	about_school: ['涉及学校', 'About school'], about_staff: ['涉及哪位教职工', 'About whom'], back: ['退回', 'Sent back'], batch: ['批次', 'Batch'], cluster_day: ['一天几例算聚集', 'Cluster in a day'], cluster_days: ['三天几例算聚集', 'Cluster in three days'], confirm: ['确认人数', 'Confirm'],
	content: ['满意几人', 'Content'], delegated_by: ['谁委托', 'Delegated by'], delegated_until: ['委托到', 'Delegated until'], document: ['文件', 'Document'], double: ['重复的那个', 'The double'], dropped: ['去掉', 'Dropped'], emergency: ['紧急代看', 'Emergency'], ended_on: ['停用日期', 'Ended on'], except: ['除了', 'Except'],
	grams: ['留样克数', 'Grams'], join: ['加入的孩子', 'Who joins'], keep: ['保留已有', 'Keep'], leave: ['离开的孩子', 'Who leaves'], meal_on: ['哪天吃的', 'Eaten on'], moves: ['换班的', 'Moves'], numbers: ['工号', 'Numbers'], open: ['只看没消除的', 'Open ones only'], posted_on: ['公示日期', 'Posted on'], repeat: ['留级的', 'Who repeats'],
	report_hours: ['几小时内上报', 'Report within hours'], sample: ['已留样', 'Sample kept'], sample_kept: ['已留样', 'Sample kept'], signer: ['签字人', 'Signer'], since_on: ['从哪天', 'Since'], step: ['步骤', 'Step'], stopped: ['已停餐', 'Stopped'], term_on: ['哪个学期（开学日）', 'Term (first day)'], to_pupil: ['另一个孩子', 'To child'], water: ['是饮水', 'Water'], week_on: ['哪一周（周一）', 'Week (Monday)'],
};
export const label = (name: string) => labels[name] ? word(labels, name) : name.replace(/_/g, ' ');

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
const yesNo: Pairs = { 1: ['是', 'yes'], 0: ['否', 'no'] };
const dayKinds: Pairs = { school: ['上课（调休）', 'School day'], closed: ['不上课', 'Closed'], term: ['学期', 'Term'] };
const CODES: { [name: string]: Pairs } = {
	'inspection.kind': checks, 'hazard.kind': checks, 'hazard.step.kind': hazardSteps, 'inspections.kind': checks, 'hazards.kind': checks, 'hazard_referral.kind': checks,
	'opinion.kind': opinionKinds, 'opinions.kind': opinionKinds, 'training.kind': trainingKinds, 'trainings.kind': trainingKinds, 'pledge.kind': pledgeKinds, 'pledges.kind': pledgeKinds,
	'pupil.priority.kind': priorityKinds, 'route.kind': routeKinds, 'routes.kind': routeKinds, 'privacy.kind': requestKinds, 'privacy_requests.kind': requestKinds, 'gift.kind': giftKinds, 'gifts.kind': giftKinds,
	'incident.add.kind': noteKinds, 'incident.report.kind': incidentKinds, 'incidents.kind': incidentKinds, 'clusters.kind': incidentKinds, 'plan.revise.kind': incidentKinds, 'emergency.kind': incidentKinds,
	'number.add.kind': { 0: ['各类事件', 'Every kind'], ...incidentKinds }, 'emergency.number.kind': { 0: ['各类事件', 'Every kind'], ...incidentKinds, 90: ['乱收费举报', 'Charging'] },
	'staff.kind': staffKinds, 'people.kind': staffKinds, 'subsidy.kind': staffKinds, 'site.kind': siteKinds, 'sites.kind': siteKinds, 'site.class': siteClasses, 'sites.class': siteClasses, 'coverage.site_class': siteClasses, 'monthly_aggregate.site_class': siteClasses,
	'calendar.kind': dayKinds, 'handover.kind': { 1: ['平常', 'Ordinary'], 2: ['一人校点', 'One-teacher point'], 3: ['紧急代看', 'Emergency cover'] }, 'handovers.kind': { 1: ['平常', 'Ordinary'], 2: ['一人校点', 'One-teacher point'], 3: ['紧急代看', 'Emergency cover'] },
	'people.state': { cleared: ['通过', 'Cleared'], not_checked: ['未查', 'Not checked'], barred: ['不得从业', 'Barred'] }, 'incident.people.part': { 1: ['受伤', 'Hurt'], 2: ['吃过', 'Ate'], 3: ['发病', 'Ill'], 4: ['目击', 'Saw it'] },
	'satisfaction.how': { 1: ['举手', 'Show of hands'], 2: ['问卷', 'Form'] }, 'satisfactions.how': { 1: ['举手', 'Show of hands'], 2: ['问卷', 'Form'] }, 'consent.chase.how': { 1: ['纸条', 'Slip'], 2: ['电话', 'Telephone'], 3: ['当面', 'In person'] },
	'leave.how': ways, 'leavings.how': ways, 'leaving_sheet.how': ways, 'ways.how': ways, 'pupil.way.how': ways, 'boarders.how': ways, 'consent.how': consentHow, 'consents.how': consentHow, 'data.consent.how': consentHow,
	'statement.sign.step': { 2: ['中心校', 'Central school'], 3: ['家长委员会', "Parents' committee"] }, 'statement.approve.step': { 4: ['教育局', 'Bureau'], 5: ['财政', 'Finance'] }, 'policy_lists.list': { 1: ['活动', 'Activities'], 2: ['指标', 'Indicators'], 3: ['阶段', 'Phases'], 4: ['保存期限', 'Retention'] },
	'attendance.correct.state': { 1: ['到', 'Here'], 2: ['未到', 'Not here'], 3: ['请假', 'Excused'] }, 'complaint.enter.channel': { 1: ['电话', 'Telephone'], 2: ['信件', 'Letter'], 3: ['当面', 'In person'], 4: ['随U盘的密封件', 'Sealed slip'] }, 'pupil.erase.reason': { 1: ['家长要求', 'A guardian asks'], 2: ['目的已达到', 'Purpose over'] },
	'policy_changes.change': { new: ['现为', 'Now'], gone: ['去掉', 'Gone'] }, 'policy_changes.part': { window: ['时段', 'Times'], setting: ['参数', 'Setting'], rate: ['标准', 'Rate'] },
	department: { 1: ['综治', 'Public order'], 2: ['公安', 'Police'], 3: ['卫生', 'Health'], 4: ['市场监管', 'Market'], 5: ['消防', 'Fire brigade'], 6: ['学校', 'School'], 7: ['教体局', 'Education'] },
	from_whom: { 1: ['家长', 'Guardian'], 2: ['学生', 'Pupil'], 3: ['教职工', 'Staff'], 4: ['周边群众', 'Neighbours'], 9: ['没说', 'Not said'] }, purpose: { 1: ['劳务补助', 'Subsidies'], 2: ['保险和安全', 'Insurance and safety'], 3: ['材料', 'Materials'], 4: ['水电取暖', 'Light and heating'] },
	source: { 1: ['花名册', 'Roster'], 2: ['家长', 'Guardian'], 3: ['民政', 'Civil affairs'] }, connectivity: { 0: ['没有', 'None'], 1: ['手机信号', 'Telephone network'], 2: ['宽带', 'Line'] }, stage: { 1: ['小学', 'Primary'], 2: ['初中', 'Junior'], 3: ['都有', 'Both'] },
	direction: { 1: ['转出', 'Leaves'], 2: ['转入', 'Arrives'] }, outcome: { 1: ['已办', 'Done'], 2: ['部分办了', 'In part'], 3: ['不能办', 'Refused'] }, sex: { 1: ['男', 'male'], 2: ['女', 'female'], 0: ['未填', 'not said'] }, role: roles, round: { 1: ['第一次', 'First'], 2: ['第二次', 'Second'] }, relation: relations, slots: slotBits,
	unit: { 1: ['小时', 'Hour'], 2: ['课时', 'Lesson'], 3: ['场', 'Session'] },
};
const YES_NO = /^(active|closed|closed_all|past_head|overdue|due|read|informed_in_time|consent|request|asked|expected|wanted|boarding|visiting|guarded|canteen|power_cuts|ate|eats|naps|signed|held|matched|edited|added|low_grade|fits|refused|goes_home|plan_revised|material|pays|barred|late_entry|undone|silent|sample|empty|emergency|choice|charging)$/;

// 'hazard.add' and 'kind': hazard.add.kind, hazard.kind, kind.
export function codesOf(owner: string, name: string): Pairs | null {
	return CODES[owner + '.' + name] || CODES[owner.split('.')[0] + '.' + name] || CODES[name] || null;
}
export const choices = (owner: string, name: string): Array<[string, string]> | null => {
	const pairs = codesOf(owner, name);
	return pairs && options(pairs);
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
