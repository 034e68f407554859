-- about: What was done about a hazard: referred (1), reply (2), reminder (3), measure (4), cleared (5), open again (6).
-- about_zh: 隐患处理：移送、回复、催办、采取措施、已消除、又出现。
-- roles: teacher head guard
-- params: hazard:i kind:i on:d text:t? due_on:d?
-- scope: school
-- audit: kind
-- requires: R14
SELECT refuse('R14.no_hazard', :hazard)
WHERE NOT EXISTS (SELECT 1 FROM hazard WHERE school = :school AND hazard = :hazard);
SELECT refuse('R14.step', :kind) WHERE :kind NOT BETWEEN 1 AND 6;
SELECT refuse('R14.how_cleared', h.what) FROM hazard h
WHERE h.school = :school AND h.hazard = :hazard AND :kind = 5
	AND trim(coalesce(:text, '')) = '';
INSERT INTO hazard_step (school, hazard, step, kind, step_on, text, due_on, at, by_staff)
VALUES (:school, :hazard, :new_id, :kind, :on, :text, :due_on, now_ms(), :staff);
SELECT hazard, cleared_on IS NULL AS open FROM hazard_now
WHERE school = :school AND hazard = :hazard;
