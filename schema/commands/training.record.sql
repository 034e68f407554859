-- about: A lesson in hygiene (1), safety (2), law (3), or a fire drill (4), evacuation drill (5), other drill (6) was held.
-- about_zh: 登记教育、演练：卫生课、安全课、法治课，消防、疏散和其他演练。
-- roles: teacher head
-- params: kind:i on:d site:i? pupils:i? adults:i? note:t?
-- scope: school
-- requires: R14
SELECT refuse('R14.training', :kind) WHERE :kind NOT BETWEEN 1 AND 6;
INSERT INTO training (school, training, kind, held_on, site, pupils, adults, note, by_staff)
VALUES (:school, :new_id, :kind, :on, coalesce(:site, 0), coalesce(:pupils, 0),
	coalesce(:adults, 0), :note, :staff);
SELECT training, kind FROM training WHERE school = :school AND training = :new_id;
