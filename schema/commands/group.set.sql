-- about: A group of children of several grades (1 … 999): its name, who joins, who leaves.
-- about_zh: 混龄组：名称，谁加入，谁退出。
-- roles: teacher head
-- params: site:i? grp:i name:t? join:j? leave:j? on:d ended_on:d?
-- scope: school
-- requires: R1 R8
SELECT refuse('R1.group_number', :grp) WHERE :grp NOT BETWEEN 1 AND 999;
SELECT refuse('R19.no_pupil', j.value) FROM json_each(:join) j
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school
	AND pupil = CAST(j.value AS INTEGER));
INSERT INTO mixed_group (school, site, grp, name, ended_on)
VALUES (:school, coalesce(:site, 0), :grp, :name, :ended_on)
ON CONFLICT DO UPDATE SET name = coalesce(:name, name),
	ended_on = coalesce(:ended_on, ended_on);
INSERT INTO mixed_member (school, site, grp, pupil, from_on)
SELECT :school, coalesce(:site, 0), :grp, CAST(value AS INTEGER), :on
FROM json_each(:join) WHERE true
ON CONFLICT DO UPDATE SET until_on = NULL,
	from_on = CASE WHEN until_on IS NULL THEN from_on ELSE :on END;
UPDATE mixed_member SET until_on = :on
WHERE school = :school AND site = coalesce(:site, 0) AND grp = :grp AND until_on IS NULL
	AND pupil IN (SELECT CAST(value AS INTEGER) FROM json_each(:leave));
SELECT grp, count(*) AS pupils FROM mixed_member
WHERE school = :school AND site = coalesce(:site, 0) AND grp = :grp AND until_on IS NULL;
