-- about: Children whose guardians refused that data are kept here: they are recorded on paper and take part like all others.
-- about_zh: 用纸记的孩子：家长不同意保存资料的，照样参加。
-- roles: teacher head guard
-- params:
-- requires: R18
SELECT d.pupil, p.name, date('2000-01-01', d.given_on || ' days') AS since
FROM data_now d JOIN pupil p ON p.school = d.school AND p.pupil = d.pupil
WHERE d.school = :school AND d.choice = 0 ORDER BY p.name;
