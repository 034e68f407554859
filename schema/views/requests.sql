-- about: Who asked to take part, and whether a consent has followed.
-- about_zh: 报名：有没有同意书。
-- roles: teacher head guard clerk lead auditor
-- params: school_year:i?
-- requires: R3 R6
-- ask: school
SELECT r.school, r.school_year, r.pupil, p.name, r.slots, r.wanted, e.grade,
	CASE WHEN :user_roles & 2 THEN (e.grade <= 3) + (SELECT count(*) FROM priority f
		WHERE f.school = r.school AND f.pupil = r.pupil AND f.until_on IS NULL) END AS priorities,
	EXISTS (SELECT 1 FROM choice_span c WHERE c.school = r.school AND c.pupil = r.pupil
		AND c.choice = 1 AND c.until_on = 1 << 30) AS consent
FROM request r
LEFT JOIN pupil p ON p.school = r.school AND p.pupil = r.pupil
LEFT JOIN place e ON e.school = r.school AND e.pupil = r.pupil
	AND e.school_year = r.school_year
WHERE (:school IS NULL OR r.school = :school) AND (:school_year IS NULL OR r.school_year = :school_year) AND r.wanted = 1
ORDER BY r.school, priorities DESC, r.at, r.pupil;
