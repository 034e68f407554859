-- The next school after :after that looks after others: a hub does something for it by itself.
SELECT min(t.central) AS school FROM site t
WHERE t.site = 0 AND t.closed_on IS NULL AND t.central > :after
	AND (EXISTS (SELECT 1 FROM site s WHERE s.school = t.central)
		OR EXISTS (SELECT 1 FROM pupil p WHERE p.school = t.central));
