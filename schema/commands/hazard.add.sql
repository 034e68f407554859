-- about: A hazard was found: what, where, which department is responsible, by when it is to be cleared.  It stays open until cleared.
-- about_zh: 登记隐患：是什么、在哪里、哪个部门负责、什么时候整改好。没有消除以前一直挂着。
-- roles: teacher head guard
-- params: kind:i what:t place:t site:i? department:i on:d due_on:d inspection:i?
-- scope: school
-- audit: kind what
-- requires: R14
SELECT refuse('R14.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 6;
SELECT refuse('R14.department', :department) WHERE :department NOT BETWEEN 1 AND 7;
SELECT refuse('R14.due', date('2000-01-01', :due_on || ' days'),
	date('2000-01-01', :on || ' days')) WHERE :due_on < :on;
SELECT refuse('R14.no_inspection', :inspection) WHERE :inspection IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM inspection
		WHERE school = :school AND inspection = :inspection);
INSERT INTO hazard (school, hazard, inspection, kind, site, place, what, department,
	found_on, due_on, by_staff)
VALUES (:school, :new_id, :inspection, :kind, coalesce(:site, 0), :place, :what,
	:department, :on, :due_on, :staff);
SELECT hazard, what FROM hazard WHERE school = :school AND hazard = :new_id;
