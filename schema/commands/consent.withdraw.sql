-- about: A guardian withdraws, at any time, with no reason asked; the child is kept safe until collected.
-- about_zh: 退出：家长随时可以退，不问理由；今天在校的孩子照看到有人来接。
-- roles: teacher head
-- params: pupil:i on:d guardian:i? how:i?
-- scope: school
-- audit: pupil
-- requires: R3
SELECT refuse('R3.nothing_to_withdraw', coalesce((SELECT name FROM pupil
	WHERE school = :school AND pupil = :pupil), :pupil), date('2000-01-01', :on || ' days'))
WHERE NOT EXISTS (SELECT 1 FROM choice_of
	WHERE school = :school AND pupil = :pupil AND choice = 1 AND withdrawn_on IS NULL);
SELECT refuse('R3.how', :how) WHERE :how NOT BETWEEN 1 AND 4;
UPDATE consent SET withdrawn_on = :on, withdrawn_at = now_ms(), withdrawn_by = :guardian,
	withdrawn_how = :how
WHERE school = :school AND choice = 1 AND withdrawn_on IS NULL AND pupil IN (
	SELECT of_pupil FROM choice_of WHERE school = :school AND pupil = :pupil);
SELECT pupil, count(*) AS withdrawn FROM consent
WHERE school = :school AND withdrawn_on = :on AND pupil IN (
	SELECT of_pupil FROM choice_of WHERE school = :school AND pupil = :pupil);
