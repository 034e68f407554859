-- about: Takes down an opinion (1), suggestion (2), complaint (3) or praise (4), with the date by which it is answered (15 days when none is said).
-- about_zh: 登记意见：意见、建议、投诉、表扬，什么时候前答复（不写就是 15 天）。
-- roles: teacher head guard
-- params: kind:i text:t on:d due_on:d? from_whom:i? name:t? pupil:i?
-- scope: school
-- requires: R16
SELECT refuse('R16.kind', :kind) WHERE :kind NOT BETWEEN 1 AND 4;
SELECT refuse('R16.from', :from_whom) WHERE :from_whom NOT IN (1, 2, 3, 4, 9);
SELECT refuse('R16.no_text') WHERE trim(:text) = '';
SELECT refuse('R16.due', date('2000-01-01', :due_on || ' days'),
	date('2000-01-01', :on || ' days')) WHERE :due_on < :on;
INSERT INTO opinion (school, opinion, kind, from_whom, pupil, name, text, received_on,
	due_on, at, by_staff)
VALUES (:school, :new_id, :kind, coalesce(:from_whom, 1), :pupil, :name, :text, :on,
	coalesce(:due_on, :on + 15), now_ms(), :staff);
SELECT opinion, date('2000-01-01', due_on || ' days') AS due_on FROM opinion
WHERE school = :school AND opinion = :new_id;
