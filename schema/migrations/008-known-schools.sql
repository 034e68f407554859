-- Every school of which anything is here, by stepping from one to the next: reading
-- all children for it cost a county more than the views that begin with it.
DROP VIEW school_known;
CREATE VIEW school_known AS
WITH RECURSIVE s (school) AS (SELECT min(school) FROM site
	UNION ALL SELECT (SELECT min(t.school) FROM site t WHERE t.school > s.school) FROM s
	WHERE s.school IS NOT NULL),
p (school) AS (SELECT min(school) FROM pupil
	UNION ALL SELECT (SELECT min(q.school) FROM pupil q WHERE q.school > p.school) FROM p
	WHERE p.school IS NOT NULL)
SELECT school FROM s WHERE school IS NOT NULL
UNION SELECT school FROM p WHERE school IS NOT NULL;
