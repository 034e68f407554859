-- about: The class list on which consents are ticked: each child with each guardian, the standing choice, and the county's number for complaints about charging.
-- about_zh: 同意书名单：每个孩子和家长、现在的选择，印有县里的举报电话。
-- roles: teacher head
-- params: grp:i? date:d
-- requires: R3 R4
SELECT e.grp, e.grade, e.class, e.pupil, e.name, g.guardian, g.name AS guardian_name,
	g.relation, c.choice, c.slots, c.weekdays,
	c.notice AS chosen_notice,
	n.version AS notice, n.title AS notice_title,
	(SELECT phone FROM emergency_number u WHERE u.kind = 90 AND u.to_school IN (0, :school)
		AND u.ended_on IS NULL ORDER BY u.to_school DESC, u.number_id LIMIT 1)
		AS county_number
FROM child e
LEFT JOIN guardian g ON g.school = e.school AND g.pupil = e.pupil
	AND coalesce(g.ended_on, 1 << 30) > :date
	AND coalesce(g.delegated_until, 1 << 30) > :date
LEFT JOIN choice_span c ON c.school = e.school AND c.pupil = e.pupil
	AND c.from_on <= :date AND c.until_on > :date
LEFT JOIN consent_notice n ON n.version = (SELECT max(version) FROM consent_notice
	WHERE from_on <= :date)
WHERE e.school = :school AND (:grp IS NULL OR e.grp = :grp)
	AND e.from_on <= :date AND e.until_on > :date
ORDER BY e.grade, e.class, e.name, e.pupil, g.guardian;
