-- The children of a school year as an office's list; roster_import reads it again.
SELECT p.pupil, p.name,
	CASE p.sex WHEN 1 THEN '男' WHEN 2 THEN '女' END AS sex,
	CASE :school_year - e.entry_year + 1 WHEN 1 THEN '一年级' WHEN 2 THEN '二年级'
		WHEN 3 THEN '三年级' WHEN 4 THEN '四年级' WHEN 5 THEN '五年级' WHEN 6 THEN '六年级'
		WHEN 7 THEN '七年级' WHEN 8 THEN '八年级' WHEN 9 THEN '九年级'
		ELSE e.entry_year || '级' END AS grade,
	e.class, p.student_no, p.birth, p.address, g.name AS guardian,
	CASE g.relation WHEN 1 THEN '父亲' WHEN 2 THEN '母亲' WHEN 3 THEN '祖父母'
		WHEN 4 THEN '外祖父母' WHEN 5 THEN '其他' WHEN 6 THEN '委托照护人' END AS relation,
	g.phone,
	(SELECT '是' FROM priority f WHERE f.school = p.school AND f.pupil = p.pupil
		AND f.kind = 3 AND f.until_on IS NULL) AS left_behind,
	(SELECT '是' FROM priority f WHERE f.school = p.school AND f.pupil = p.pupil
		AND f.kind = 2 AND f.until_on IS NULL) AS migrant,
	(SELECT '是' FROM priority f WHERE f.school = p.school AND f.pupil = p.pupil
		AND f.kind = 4 AND f.until_on IS NULL) AS disabled,
	CASE r.wanted WHEN 1 THEN '√' WHEN 0 THEN '×' END AS request,
	CASE WHEN r.wanted = 1 AND r.slots & 1 THEN '√' END AS noon,
	CASE WHEN r.wanted = 1 AND r.slots & 2 THEN '√' END AS afternoon
FROM pupil p
JOIN enrolment e ON e.school = p.school AND e.pupil = p.pupil
	AND e.school_year = :school_year AND e.until_on IS NULL
LEFT JOIN guardian g ON g.school = p.school AND g.pupil = p.pupil
	AND g.guardian = (SELECT min(y.guardian) FROM guardian y WHERE y.school = p.school
		AND y.pupil = p.pupil AND y.ended_on IS NULL AND y.name IS NOT NULL)
LEFT JOIN request r ON r.school = p.school AND r.pupil = p.pupil
	AND r.school_year = :school_year
WHERE p.school = :school AND p.same_as IS NULL AND p.name IS NOT NULL
ORDER BY e.entry_year DESC, e.class, p.pupil;
