-- about: Children whose guardians refused that data are kept here: they are recorded on paper and take part like all others.
-- about_zh: 监护人不同意在此保存信息的孩子：用纸质记录，照常参加。
-- roles: teacher head guard
-- params:
-- requires: R18
SELECT d.pupil, p.name, date('2000-01-01', d.given_on || ' days') AS since
FROM data_now d JOIN pupil p ON p.school = d.school AND p.pupil = d.pupil
WHERE d.school = :school AND d.choice = 0 ORDER BY p.name;
