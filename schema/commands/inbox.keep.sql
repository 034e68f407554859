-- about: Of two records that disagree the shown one is right; the note of the other goes.  To choose the other, write it with the command of its table (pupil.edit).
-- about_zh: 两份记录不一致：现在显示的这份对，另一份不再提示。
-- roles: teacher head clerk
-- params: id:i
-- scope: school
-- audit: id
-- requires: R18
SELECT refuse('R18.no_conflict', :id)
WHERE NOT EXISTS (SELECT 1 FROM kehou_inbox WHERE id = :id AND scope IN (0, :school));
UPDATE kehou_inbox SET chosen = 1 WHERE id = :id;
