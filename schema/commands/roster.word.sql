-- about: Teaches this machine a header of class lists: what the column holds; without a field it is forgotten.
-- about_zh: 教本机认识名单的一个表头；不写 field 则不再认识。
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
