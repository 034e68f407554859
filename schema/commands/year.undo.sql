-- about: Takes a turn of the year back, as long as no roll call was held in the new year.
-- about_zh: 撤回学年更替：新学年还没有点名时可以。
-- roles: head
-- params: school_year:i
-- scope: school
-- audit: school_year
-- requires: R20
SELECT refuse('R20.not_turned', :school_year) WHERE NOT EXISTS (SELECT 1 FROM year_turn
	WHERE school = :school AND school_year = :school_year AND undone_at IS NULL);
SELECT refuse('R20.begun', :school_year, date('2000-01-01', a.date || ' days'))
FROM attendance a WHERE a.school = :school AND a.date >= CAST(julianday(
	printf('%04d-09-01', :school_year)) - julianday('2000-01-01') AS INTEGER) LIMIT 1;
DELETE FROM enrolment
WHERE school = :school AND school_year = :school_year AND turned = 1;
UPDATE enrolment SET turned = 0, until_on = NULL
WHERE school = :school AND school_year = :school_year - 1 AND turned = 2;
UPDATE year_turn SET undone_at = now_ms()
WHERE school = :school AND school_year = :school_year;
SELECT count(*) AS children FROM turn_plan
WHERE school = :school AND school_year = :school_year;
