-- about: How a child usually goes home, on a weekday or (0) every day; alone only on a guardian's written request.
-- about_zh: 平时怎样回家：星期几或每天；自行回家要有监护人的书面申请。
-- roles: teacher head
-- params: pupil:i weekday:i? how:i collector:i? route:i? asked_on:d? asked_by:i?
-- scope: school
-- audit: how
-- requires: R1
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R1.weekday', :weekday) WHERE :weekday NOT BETWEEN 0 AND 7;
SELECT refuse('R1.how', :how) WHERE :how NOT IN (1, 2, 3, 4, 5, 6, 7, 9);
SELECT refuse('R1.no_route', :route) WHERE :route IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM route WHERE school = :school AND route = :route);
SELECT refuse('R1.alone_not_asked', p.name) FROM pupil p
WHERE :how = 4 AND p.school = :school AND p.pupil = :pupil AND (:asked_on IS NULL
	OR NOT EXISTS (SELECT 1 FROM guardian g WHERE g.school = :school AND g.pupil = :pupil
		AND g.guardian = :asked_by AND (g.ended_on IS NULL OR g.ended_on > :asked_on)));
INSERT INTO way (school, pupil, weekday, how, collector, route, asked_on, asked_by)
VALUES (:school, :pupil, coalesce(:weekday, 0), :how, :collector, :route, :asked_on,
	:asked_by)
ON CONFLICT DO UPDATE SET how = :how, collector = :collector, route = :route,
	asked_on = :asked_on, asked_by = :asked_by;
SELECT pupil, weekday, how, collector, route FROM way
WHERE school = :school AND pupil = :pupil AND weekday = coalesce(:weekday, 0);
