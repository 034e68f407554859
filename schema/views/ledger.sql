-- about: The earmarked money of a year: county budget, and what each school got, spent and has left.
-- about_zh: 专项经费：县级预算，各校分到多少、用了多少、还剩多少。
-- roles: head clerk lead auditor
-- params: year:i
-- requires: R11
SELECT a.school, a.allocated, coalesce(s.spent, 0) AS spent,
	a.allocated - coalesce(s.spent, 0) AS left_fen,
	(SELECT sum(fen) FROM county_ledger WHERE year = :year AND kind = 1) AS county_budget,
	(SELECT sum(fen) FROM county_ledger WHERE year = :year AND kind = 2) AS county_allocated
FROM (SELECT to_school AS school, sum(fen) AS allocated FROM county_ledger
		WHERE year = :year AND kind = 2 GROUP BY to_school) a
LEFT JOIN (SELECT school, sum(fen) AS spent FROM spending WHERE year = :year
	GROUP BY school) s ON s.school = a.school
WHERE :school IS NULL OR a.school = :school
ORDER BY a.school;
