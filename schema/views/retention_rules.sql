-- about: What kehou retention would end of a school's records by the plan in force on a day, by table and key column: keys below a number (rules 1 to 3), children (rule 4); history before the number of rule 0 gives way.
-- about_zh: 将要结束保存的记录：kehou retention 在哪张表里、编号小于多少的；学生另列。
-- roles: clerk lead auditor
-- params: on:d
-- requires: R18
-- ask: school
-- include retention_keep
SELECT 0 AS rule, f.day AS below, NULL AS table_id, NULL AS column_id, NULL AS pupil FROM kept f
UNION ALL
SELECT 1, f.day, c.column1, c.column2, NULL FROM kept f, (VALUES
	(30, 2), (31, 2), (32, 2), (33, 2), (34, 2), (57, 3), (71, 2), (96, 2), (97, 2)) c
UNION ALL
-- The week's plan, by its Monday: a week of both years stays.
SELECT 2, f.day - 6, 61, 2, NULL FROM kept f
UNION ALL
SELECT 3, f.year, c.column1, c.column2, NULL FROM kept f, (VALUES
	(17, 3), (58, 3), (78, 3), (95, 3)) c
UNION ALL
SELECT 4, NULL, c.column1, c.column2, NULL FROM (VALUES
	(12, 2), (13, 2), (14, 2), (15, 2), (16, 2), (17, 2), (18, 2), (21, 2), (58, 2),
	(72, 2), (78, 2), (90, 2), (91, 2), (92, 2), (95, 2), (99, 4)) c
WHERE EXISTS (SELECT 1 FROM gone)
UNION ALL
SELECT 4, NULL, NULL, NULL, pupil FROM gone
ORDER BY 1, 3, 5;
