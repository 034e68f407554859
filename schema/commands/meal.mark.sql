-- about: A child ate, or did not, other than usual.
-- about_zh: 当天用餐不同：某个孩子今天吃了或没吃。
-- roles: teacher head guard
-- params: date:d pupil:i ate:b
-- scope: school
-- requires: R21
SELECT refuse('R19.no_number', :pupil) WHERE :pupil <= 0;
INSERT INTO meal_mark (school, date, pupil, ate, by_staff)
VALUES (:school, :date, :pupil, :ate, :staff)
ON CONFLICT DO UPDATE SET ate = :ate, by_staff = :staff WHERE ate <> :ate;
