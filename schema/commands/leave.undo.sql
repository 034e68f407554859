-- about: A leaving was entered by mistake: the child, or all who were let go at once, are still here.
-- about_zh: 离校登记错了：孩子还在校；一次登记的一组也可以一起撤销。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i? pupils:j?
-- scope: school
-- audit: pupil pupils
-- requires: R1
DELETE FROM leaving
WHERE school = :school AND date = :date AND slot = :slot
	AND pupil IN (SELECT :pupil UNION ALL
		SELECT CAST(value AS INTEGER) FROM json_each(:pupils));
