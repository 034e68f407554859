-- about: The parents' committee has countersigned the plan of a week, or of all weeks until a day.
-- about_zh: 家长委员会签周计划：哪一周，或到哪天为止的各周。
-- roles: head
-- params: week_on:d until_on:d? signer:t signed_on:d
-- scope: school
-- audit: week_on signer
-- requires: R10 R9
SELECT refuse('R9.monday', date('2000-01-01', :week_on || ' days'))
WHERE strftime('%w', '2000-01-01', :week_on || ' days') <> '1';
SELECT refuse('R10.no_signer', date('2000-01-01', :week_on || ' days')) WHERE trim(:signer) = '';
SELECT refuse('R9.nothing_to_sign', date('2000-01-01', :week_on || ' days'))
WHERE NOT EXISTS (SELECT 1 FROM plan_item WHERE school = :school AND dropped = 0
	AND week_on BETWEEN :week_on AND coalesce(:until_on, :week_on + 6));
INSERT INTO plan_sign (school, week_on, until_on, signer, signed_on, by_staff)
VALUES (:school, :week_on, coalesce(:until_on, :week_on + 6), :signer, :signed_on, :staff)
ON CONFLICT DO UPDATE SET until_on = excluded.until_on, signer = excluded.signer,
	signed_on = excluded.signed_on, by_staff = excluded.by_staff;
SELECT date('2000-01-01', week_on || ' days') AS week_on, signer FROM plan_sign
WHERE school = :school AND week_on = :week_on;
