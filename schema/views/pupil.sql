-- about: One child: family, collectors, priority groups.
-- about_zh: 一个孩子的资料：家庭、接送人、优先人群。
-- roles: teacher head guard clerk
-- params: pupil:i
-- sensitive: student_no address health allergy phone priorities
-- requires: R18 R19
SELECT p.school, p.pupil, p.name, p.sex, p.birth, p.student_no, p.address, p.health, p.allergy,
	p.same_as, e.school_year, e.site, e.grade, e.class,
	(SELECT json_group_array(json_object('guardian', CAST(g.guardian AS TEXT),
		'name', g.name, 'phone', g.phone, 'relation', g.relation)) FROM guardian g
		WHERE g.school = p.school AND g.pupil = p.pupil AND g.ended_on IS NULL)
		AS guardians,
	(SELECT json_group_array(json_object('collector', CAST(g.collector AS TEXT),
		'name', g.name, 'phone', g.phone, 'relation', g.relation)) FROM collector g
		WHERE g.school = p.school AND g.pupil = p.pupil AND g.ended_on IS NULL)
		AS collectors,
	CASE WHEN :user_roles & 3 THEN (SELECT json_group_array(f.kind) FROM priority f
		WHERE f.school = p.school AND f.pupil = p.pupil AND f.until_on IS NULL) END
		AS priorities, quote(p.row_version) AS version
FROM pupil p
LEFT JOIN place e ON e.school = p.school AND e.pupil = p.pupil
	AND e.school_year = (SELECT max(x.school_year) FROM enrolment x
		WHERE x.school = p.school AND x.pupil = p.pupil)
WHERE (:school IS NULL OR p.school = :school) AND p.pupil = :pupil;
