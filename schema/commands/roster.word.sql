-- about: Teaches this machine a header of class lists: what the column holds; without a field it is forgotten.
-- about_zh: 教主机认表头：花名册里认不出的一列是什么；不选内容就是不再认它。
-- roles: teacher head
-- params: header:t field:t?
-- scope: school
-- requires: R19
SELECT refuse('R19.no_header') WHERE trim(:header) = '' OR length(:header) > 30;
SELECT refuse('R19.field', :field) WHERE :field IS NOT NULL AND :field NOT IN ('name', 'sex',
	'grade', 'class', 'student_no', 'birth', 'address', 'guardian', 'relation', 'phone',
	'left_behind', 'migrant', 'disabled', 'request', 'noon', 'afternoon', 'remark');
DELETE FROM roster_word WHERE school = :school AND header = trim(:header);
INSERT INTO roster_word (school, header, field)
SELECT :school, trim(:header), :field WHERE :field IS NOT NULL;
SELECT header, field FROM roster_word WHERE school = :school ORDER BY header;
