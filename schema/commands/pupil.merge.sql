-- about: Two rows are one child: the double points to the other and stays; what was recorded under it counts for the child, each hour once.
-- about_zh: 两条记录是同一个孩子：重复的一条并过去，记录都留着，同一时段只算一次。
-- roles: teacher head
-- params: double:i pupil:i
-- scope: school
-- audit: double pupil
-- requires: R19
SELECT refuse('R19.no_pupil', v) FROM (SELECT :double AS v UNION ALL SELECT :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :school AND pupil = v);
SELECT refuse('R19.same_as', (SELECT name FROM pupil WHERE school = :school AND pupil = :pupil))
WHERE :pupil = :double
	OR (SELECT same_as FROM pupil WHERE school = :school AND pupil = :pupil) IS NOT NULL;
UPDATE pupil SET same_as = :pupil
WHERE school = :school AND (pupil = :double OR same_as = :double);
SELECT pupil, same_as FROM pupil WHERE school = :school AND pupil = :double;
