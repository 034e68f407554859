-- about: What was given for nothing.
-- about_zh: 社会支持：别人无偿提供的人手、场地、器材。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R10
SELECT school, gift, kind, giver, what, date('2000-01-01', held_on || ' days') AS date FROM gift
WHERE :school IS NULL OR school = :school ORDER BY held_on DESC, school, gift LIMIT 1000;
