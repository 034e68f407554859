-- about: The plans and their windows.
-- about_zh: 县里的方案：各版和各时段。
-- roles: teacher head guard clerk lead auditor
-- params: version:i?
-- requires: R2 R7
SELECT p.version, p.title, date('2000-01-01', p.from_on || ' days') AS from_on, w.no, w.class, w.school AS for_school, w.slot, w.from_md, w.until_md,
	strftime('%H:%M', w.begin_min * 60, 'unixepoch') AS begin, strftime('%H:%M', w.end_min * 60, 'unixepoch') AS end
FROM policy p LEFT JOIN policy_window w ON w.version = p.version
WHERE p.withdrawn = 0 AND (:version IS NULL OR p.version = :version)
ORDER BY p.version, w.no;
