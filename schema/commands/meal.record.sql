-- about: A meal was served: menu with batches, who of the staff ate along, whether a sample was kept and how much.
-- about_zh: 登记供餐：菜单和批次、谁陪餐、是否留样、多少克。
-- roles: teacher head guard
-- params: date:d site:i? menu:t? with_staff:i? sample:b? grams:i?
-- scope: school
-- audit: with_staff sample
-- requires: R21
SELECT refuse('R10.no_staff', :with_staff) WHERE :with_staff IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM staff WHERE school = :school AND staff = :with_staff);
SELECT refuse('R21.grams', :grams) WHERE :grams < 0;
INSERT INTO meal (school, date, site, menu, with_staff, sample_at, sample_by, sample_grams,
	at, by_staff)
VALUES (:school, :date, coalesce(:site, 0), :menu, :with_staff,
	CASE WHEN :sample THEN now_ms() END, CASE WHEN :sample THEN :staff END, :grams,
	now_ms(), :staff)
ON CONFLICT DO UPDATE SET menu = coalesce(:menu, menu),
	with_staff = coalesce(:with_staff, with_staff),
	sample_at = coalesce(sample_at, excluded.sample_at),
	sample_by = coalesce(sample_by, excluded.sample_by),
	sample_grams = coalesce(:grams, sample_grams), at = excluded.at,
	by_staff = excluded.by_staff;
SELECT site, menu, sample_at IS NOT NULL AS sample FROM meal
WHERE school = :school AND date = :date AND site = coalesce(:site, 0);
