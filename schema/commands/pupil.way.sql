-- about: How a child usually goes home, on a weekday or (0) every day.
-- about_zh: 孩子平时怎样回家：星期几，或每天（0）。
-- roles: teacher head
-- params: pupil:i weekday:i? how:i collector:i?
-- scope: school
-- requires: R1
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R1.weekday', :weekday) WHERE :weekday NOT BETWEEN 0 AND 7;
SELECT refuse('R1.how', :how) WHERE :how NOT IN (1, 2, 3, 4, 5, 6, 7, 9);
INSERT INTO way (school, pupil, weekday, how, collector)
VALUES (:school, :pupil, coalesce(:weekday, 0), :how, :collector)
ON CONFLICT DO UPDATE SET how = :how, collector = :collector;
