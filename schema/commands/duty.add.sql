-- about: Duty that the records of the day do not show, or a correction of it; an entry is never changed.
-- about_zh: 补记、更正课时：登记后不改，错了再记一笔。
-- roles: head
-- params: person:i date:d slot:i site:i? grp:i? role:i? begin:m? minutes:i sessions:i? emergency:b? reason:t
-- scope: school
-- audit: person minutes reason
-- requires: R11 R10
SELECT refuse('R10.no_staff', :person)
WHERE NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :person);
SELECT refuse('R11.no_reason', (SELECT name FROM staff WHERE school = :school AND staff = :person),
	date('2000-01-01', :date || ' days')) WHERE trim(:reason) = '';
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
SELECT refuse('R11.role', :role) WHERE :role NOT IN (1, 2);
SELECT refuse('R11.minutes', :minutes) WHERE :minutes NOT BETWEEN -720 AND 720
	OR coalesce(:sessions, 0) NOT BETWEEN -1 AND 1;
SELECT refuse('R10.barred', n.name, date('2000-01-01', n.barred_on || ' days'))
FROM standing n WHERE n.school = :school AND n.staff = :person AND n.barred = 1
	AND n.barred_on <= :date AND coalesce(:emergency, 0) = 0 AND :minutes >= 0;
INSERT INTO duty_entry (school, entry, date, slot, site, grp, person, role, begin_min, minutes,
	sessions, emergency, reason, at, by_staff)
VALUES (:school, :new_id, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :person,
	coalesce(:role, 1), :begin, :minutes, coalesce(:sessions, 0), coalesce(:emergency, 0),
	:reason, now_ms() + 1000 * EXISTS (SELECT 1 FROM statement_step WHERE school = :school
		AND step = 1 AND at = now_ms()), :staff);
SELECT entry, person, minutes FROM duty_entry WHERE school = :school AND entry = :new_id;
