-- about: Whether a child eats and sleeps at school at noon, in a school year.
-- about_zh: 中午安排：孩子这个学年在不在校吃饭、午休。
-- roles: teacher head
-- params: pupil:i school_year:i eats:b? naps:b?
-- scope: school
-- requires: R21
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R19.year', :school_year) WHERE :school_year NOT BETWEEN 2000 AND 2199;
INSERT INTO noon (school, pupil, school_year, eats, naps)
VALUES (:school, :pupil, :school_year, coalesce(:eats, 1), coalesce(:naps, 0))
ON CONFLICT DO UPDATE SET eats = coalesce(:eats, eats), naps = coalesce(:naps, naps);
SELECT pupil, eats, naps FROM noon
WHERE school = :school AND pupil = :pupil AND school_year = :school_year;
