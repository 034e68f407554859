-- about: Choices against no notice, before it existed or without a guardian; children here without a consent (to follow, never turned away); everybody of a school at the same minute by the same hand.
-- about_zh: 没有告知书、早于告知书或没有监护人的选择；在校而没有同意书的孩子（待补，绝不拒之门外）；全校同一分钟由同一人录入。
-- roles: teacher head clerk lead auditor
-- params:
-- requires: R3
SELECT c.school, c.pupil, date('2000-01-01', c.given_on || ' days') AS date, CASE WHEN n.version IS NULL THEN 'no_notice'
	WHEN c.given_on < n.from_on THEN 'before_notice' ELSE 'no_guardian' END AS what
FROM consent c
LEFT JOIN consent_notice n ON n.version = c.notice
LEFT JOIN guardian g ON g.school = c.school AND g.pupil = c.pupil AND g.guardian = c.guardian
WHERE (:school IS NULL OR c.school = :school) AND (n.version IS NULL OR c.given_on < n.from_on OR g.guardian IS NULL)
UNION ALL
SELECT a.school, a.pupil, date('2000-01-01', a.date || ' days'), 'consent_to_follow'
FROM attendance a
WHERE (:school IS NULL OR a.school = :school) AND a.state = 1 AND NOT EXISTS (SELECT 1 FROM choice_span c
	WHERE c.school = a.school AND c.pupil = a.pupil AND c.choice = 1
	AND c.from_on <= a.date AND c.until_on > a.date AND c.slots & a.slot)
UNION ALL
SELECT x.school, NULL, date('2000-01-01', min(x.given_on) || ' days'), 'same_hand_same_minute' FROM consent x
WHERE (:school IS NULL OR x.school = :school)
GROUP BY x.school, x.by_staff, x.at / 60000
HAVING count(DISTINCT x.pupil) >= 30 AND count(DISTINCT x.pupil) >= (SELECT count(*)
	FROM pupil p WHERE p.school = x.school AND p.same_as IS NULL)
ORDER BY 1, 3, 2;
