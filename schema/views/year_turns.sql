-- about: The turns of the year that were confirmed, and those taken back.
-- about_zh: 学年更替记录：办过的和撤回的。
-- roles: head clerk lead auditor
-- params:
-- requires: R20
SELECT y.school, y.school_year, y.promoted, y.repeated, y.graduated,
	strftime('%Y-%m-%d %H:%M:%S', y.at / 1000 + 28800, 'unixepoch') AS at,
	y.undone_at IS NOT NULL AS undone
FROM year_turn y WHERE (:school IS NULL OR y.school = :school)
ORDER BY y.school_year DESC, y.school;
