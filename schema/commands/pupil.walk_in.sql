-- about: A child turned up whom nobody knows yet: name (？ when it is not known), and here in this session; class, guardian and consent follow.
-- about_zh: 没登记的孩子来了：先记姓名（不知道写“？”），人先收下；班级、家长、同意书以后补。
-- roles: teacher head guard
-- params: name:t date:d slot:i site:i? grp:i?
-- scope: school
-- audit: name
-- requires: R19 R12
SELECT refuse('R7.slot', :slot) WHERE :slot NOT IN (1, 2);
INSERT INTO pupil (school, pupil, name, walk_in_on) VALUES (:school, :new_id, coalesce(nullif(trim(:name), ''), '？'), :date);
INSERT INTO attendance (school, date, slot, site, grp, pupil, state, at, by_staff)
VALUES (:school, :date, :slot, coalesce(:site, 0), coalesce(:grp, 0), :new_id, 1, now_ms(),
	:staff);
SELECT pupil, name FROM pupil WHERE school = :school AND pupil = :new_id;
