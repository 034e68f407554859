-- Queries of money and choice that several commands and views share.

-- 报账单位. Who keeps the money of a school: another school, or itself.
CREATE VIEW unit_of AS
SELECT k.school, coalesce((SELECT t.account_unit FROM site t
	WHERE t.school = k.school AND t.site = 0), k.school) AS unit
FROM school_known k;
