-- about: One child leaves: how, with whom.  Somebody who is not listed needs a guardian's approval by telephone with its witness; it is recorded either way.  Of a child who has left already nothing is replaced: leave.undo first.
-- about_zh: 一个孩子离校：怎样走、跟谁走。接的人没登记时，要有家长电话同意和见证人；没有也照实记。已登记离校的不会被替换，要改先撤销。
-- roles: teacher head guard
-- params: date:d slot:i pupil:i how:i? collector:i? person:t? approval:t? approved_by:i? witness:t? route:i? leader:i?
-- scope: school
-- audit: how collector person approval approved_by
-- requires: R1 R12
SELECT refuse('R19.no_number', :pupil) WHERE :pupil <= 0;
SELECT refuse('R1.how', :how) WHERE :how NOT IN (1, 2, 3, 4, 5, 6, 7, 9);
SELECT refuse('R1.left_already', coalesce(p.name, :pupil), coalesce(w.with_whom, '—'), w.at,
	coalesce(w.by, '—'))
FROM (
-- include left
) w LEFT JOIN pupil p ON p.school = :school AND p.pupil = w.pupil
WHERE w.pupil = :pupil AND NOT EXISTS (SELECT 1 FROM pupil_here WHERE school = :school
	AND date = :date AND slot = :slot AND pupil = :pupil);
INSERT INTO leaving (school, date, slot, site, grp, pupil, how, collector, at, by_staff,
	person, approval, approved_by, witness, route, leader)
SELECT :school, :date, :slot, coalesce(a.site, e.site, 0),
	coalesce(a.grp, e.entry_year * 100 + e.class, 0), :pupil,
	coalesce(:how, 1), :collector, now_ms(), :staff, :person, :approval, :approved_by,
	:witness, :route, :leader
FROM (SELECT 1)
LEFT JOIN (SELECT site, grp FROM attendance t WHERE school = :school AND date = :date
	AND slot = :slot AND pupil = :pupil ORDER BY state, EXISTS (SELECT 1 FROM leaving l
		WHERE l.school = t.school AND l.date = t.date AND l.slot = t.slot
		AND l.site = t.site AND l.grp = t.grp AND l.pupil = t.pupil) LIMIT 1) a
LEFT JOIN (SELECT site, entry_year, class FROM enrolment WHERE school = :school
	AND pupil = :pupil ORDER BY school_year DESC LIMIT 1) e;
SELECT pupil, grp, how, collector, printf('%d-%d', at, coalesce(by_staff, 0)) AS record
FROM leaving
WHERE school = :school AND date = :date AND slot = :slot AND pupil = :pupil
ORDER BY at DESC LIMIT 1;
