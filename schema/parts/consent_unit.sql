-- Standing choices of the newest year at :school, as the table unit: for the whole school
-- (grp 0) and each class of 30 or more, how many take part, and the most that one hand
-- entered in one minute, that one hand entered, that were given on one day.
WITH yes AS MATERIALIZED (SELECT n.grp, n.by_staff, n.minute, n.given_on FROM consent_now n
	WHERE n.school = :school),
unit AS MATERIALIZED (SELECT t.grp, t.pupils,
		(SELECT count(*) FROM yes n WHERE t.grp IN (0, n.grp)) AS yes,
		(SELECT max(x.n) FROM (SELECT count(*) AS n FROM yes n WHERE t.grp IN (0, n.grp)
			GROUP BY n.by_staff, n.minute) x) AS same_minute,
		(SELECT max(x.n) FROM (SELECT count(*) AS n FROM yes n WHERE t.grp IN (0, n.grp)
			GROUP BY n.by_staff) x) AS same_hand,
		(SELECT max(x.n) FROM (SELECT count(*) AS n FROM yes n WHERE t.grp IN (0, n.grp)
			GROUP BY n.given_on) x) AS same_day
	FROM (SELECT grp, count(*) AS pupils FROM child WHERE school = :school AND until_on = 1 << 30
			GROUP BY grp
		UNION ALL SELECT 0, count(*) FROM child WHERE school = :school AND until_on = 1 << 30) t
	WHERE t.pupils >= 30)
