-- about: The sites of the school, with what makes them different.
-- about_zh: 校点：城乡分类、阶段和各种情况。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R5
SELECT s.school, s.site, s.name, s.class, s.class_year, s.kind, s.stage, s.boarding, s.phase, s.places,
	s.connectivity, strftime('%H:%M', s.sunset_min * 60, 'unixepoch') AS sunset, s.road, s.bus,
	s.boarding_week, s.visiting, s.guarded, s.canteen, s.power_cuts, s.no_smartphone, s.gates,
	s.oversize, s.account_unit, s.central
FROM site s WHERE (:school IS NULL OR s.school = :school) AND s.closed_on IS NULL ORDER BY s.school, s.site;
