-- about: Choices against no notice, before it existed, without a guardian or by a carer whose delegation was over; children here without a consent (to follow, never turned away); everybody of 30 or more at the same minute by the same hand.
-- about_zh: 请核对·同意书：没有告知书或早于告知书、没有监护人、委托到期；在校而同意书待补；30 人以上同一分钟由同一人录入。
-- roles: teacher head clerk lead auditor
-- params: from_on:d? until_on:d?
-- requires: R3
-- each: school
-- include consent_unit
SELECT c.school, c.pupil, date('2000-01-01', c.given_on || ' days') AS date, CASE WHEN n.version IS NULL THEN 'no_notice'
	WHEN c.given_on < n.from_on THEN 'before_notice' WHEN g.guardian IS NULL THEN 'no_guardian'
	ELSE 'delegation_over' END AS what
FROM consent c
LEFT JOIN consent_notice n ON n.version = c.notice
LEFT JOIN guardian g ON g.school = c.school AND g.pupil = c.pupil AND g.guardian = c.guardian
WHERE c.school = :school AND (n.version IS NULL OR c.given_on < n.from_on OR g.guardian IS NULL
	OR g.delegated_until <= c.given_on)
	AND c.given_on BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
UNION ALL
SELECT a.school, a.pupil, date('2000-01-01', a.date || ' days'), 'consent_to_follow'
FROM (SELECT :school AS school) k
CROSS JOIN attendance a ON a.school = k.school
	AND a.date BETWEEN coalesce(:from_on, 0) AND coalesce(:until_on, 1 << 30)
WHERE a.state = 1 AND NOT EXISTS (SELECT 1 FROM choice_span c
	WHERE c.school = a.school AND c.pupil = coalesce((SELECT q.same_as FROM pupil q
		WHERE q.school = a.school AND q.pupil = a.pupil), a.pupil) AND c.choice = 1
	AND c.from_on <= a.date AND c.until_on > a.date AND c.slots & a.slot)
UNION ALL
SELECT d.school, d.pupil, NULL, 'carer_not_delegated' FROM guardian d
WHERE d.school = :school AND d.relation = 6 AND d.delegated_by IS NULL
	AND d.ended_on IS NULL
UNION ALL
SELECT :school, NULL, NULL, 'same_hand_same_minute' FROM unit u
WHERE u.yes >= u.pupils AND u.same_minute >= u.yes
ORDER BY 1, 3, 2;
