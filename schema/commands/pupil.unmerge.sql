-- about: Two rows that were joined are two children after all.
-- about_zh: 合并错了：还是两个孩子。
-- roles: teacher head
-- params: double:i
-- scope: school
-- audit: double
-- requires: R19
SELECT refuse('R19.no_double', :double) WHERE NOT EXISTS (SELECT 1 FROM pupil
	WHERE school = :school AND pupil = :double AND same_as IS NOT NULL);
UPDATE pupil SET same_as = NULL WHERE school = :school AND pupil = :double;
