-- about: The recorded choices.
-- about_zh: 家长的选择：已经登记的。
-- roles: teacher head guard clerk lead auditor
-- params: pupil:i?
-- requires: R3
-- ask: school
SELECT c.school, c.consent, c.pupil, p.name, g.name AS guardian, c.notice, c.choice,
	c.slots, c.weekdays, c.how, date('2000-01-01', c.given_on || ' days') AS given_on, date('2000-01-01', c.withdrawn_on || ' days') AS withdrawn_on, (SELECT name FROM staff n WHERE n.school = c.school AND n.staff = c.by_staff) AS entered_by,
	quote(c.row_version) AS version
FROM consent c
LEFT JOIN pupil p ON p.school = c.school AND p.pupil = c.pupil
LEFT JOIN guardian g ON g.school = c.school AND g.pupil = c.pupil AND g.guardian = c.guardian
WHERE (:school IS NULL OR c.school = :school) AND (:pupil IS NULL OR c.pupil = :pupil)
ORDER BY c.school, c.pupil, c.given_on, c.consent;
