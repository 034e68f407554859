-- about: Erases a child's names, free text and private facts on every replica; cannot be undone. Numbers and codes stay until their retention ends.
-- about_zh: 删除孩子的资料：姓名、文字、私密信息，学校和县里一起删，不能恢复；没有姓名的编号保留到期满。
-- roles: head clerk
-- params: pupil:i reason:i? guardian:i?
-- scope: school
-- audit: pupil reason
-- requires: R18
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = :pupil);
SELECT refuse('R18.reason', :reason) WHERE :reason NOT IN (1, 2);
SELECT refuse('R18.no_guardian', :guardian) WHERE :guardian IS NOT NULL AND NOT EXISTS
	(SELECT 1 FROM guardian WHERE school = :school AND pupil = :pupil AND guardian = :guardian);
INSERT INTO erasure (school, person, reason, guardian, at, by_staff)
SELECT :school, :pupil, coalesce(:reason, 1), :guardian, now_ms(), staff()
WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE school = :school AND person = :pupil);
SELECT person AS pupil, reason, at FROM erasure WHERE school = :school AND person = :pupil;
