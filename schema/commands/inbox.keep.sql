-- about: Of two records that disagree the shown one is right; the note of the other goes.  To choose the other, write it with the command of its table (pupil.edit).
-- about_zh: 两份不一致的记录中，显示的这份是对的；另一份的提示消失。要选另一份，请用该表的命令写入（pupil.edit）。
-- roles: teacher head clerk
-- params: id:i
-- scope: school
-- audit: id
-- requires: R18
SELECT refuse('R18.no_conflict', :id)
WHERE NOT EXISTS (SELECT 1 FROM kehou_inbox WHERE id = :id AND scope IN (0, :school));
UPDATE kehou_inbox SET chosen = 1 WHERE id = :id;
