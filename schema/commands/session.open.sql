-- about: Opens a session, or says more of one: activity, times, why it differs from the plan.
-- about_zh: 开始一场，或补充说明：活动、时间、和方案不同的原因。
-- roles: teacher head guard
-- params: date:d slot:i site:i? grp:i? begin:m? end:m? activity:t? kind:i? reason:t?
-- scope: school
-- requires: R1 R2 R7 R8
SELECT refuse('R8.teaching', coalesce(:activity, ''))
WHERE :kind = 90 OR :activity GLOB '*补课*' OR :activity GLOB '*集体授课*'
	OR :activity GLOB '*集体教学*' OR :activity GLOB '*上新课*';
SELECT refuse('R8.no_kind', :kind)
WHERE :kind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM policy_entry e
	JOIN policy_span p ON p.version = e.version AND p.from_on <= :date AND p.until_on > :date
	WHERE e.list = 1 AND e.code = :kind);
SELECT refuse('R11.month_locked', strftime('%Y-%m', '2000-01-01', :date || ' days'))
WHERE coalesce(:begin, :end) IS NOT NULL AND EXISTS (SELECT 1 FROM statement_step
	WHERE school = :school AND step = 1
	AND month = CAST(strftime('%Y%m', '2000-01-01', :date || ' days') AS INTEGER))
	AND EXISTS (SELECT 1 FROM session WHERE school = :school AND date = :date
	AND slot = :slot AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0));
SELECT refuse('R1.no_group', :grp)
WHERE :grp > 0 AND NOT EXISTS (SELECT 1 FROM session WHERE school = :school
		AND date = :date AND slot = :slot AND site = coalesce(:site, 0) AND grp = :grp)
	AND NOT EXISTS (SELECT 1 FROM enrolment WHERE school = :school
		AND entry_year * 100 + class = :grp)
	AND NOT EXISTS (SELECT 1 FROM mixed_group WHERE school = :school
		AND site = coalesce(:site, 0) AND grp = :grp);
-- include session_open
UPDATE session SET begin_min = coalesce(:begin, begin_min),
	end_min = coalesce(:end, end_min), activity = coalesce(:activity, activity),
	kind = coalesce(:kind, kind), reason = coalesce(:reason, reason)
WHERE school = :school AND date = :date AND slot = :slot AND site = coalesce(:site, 0)
	AND grp = coalesce(:grp, 0)
	AND coalesce(:begin, :end, :activity, :kind, :reason) IS NOT NULL;
SELECT date('2000-01-01', date || ' days') AS date, slot, site, grp, policy,
	strftime('%H:%M', begin_min * 60, 'unixepoch') AS begin,
	strftime('%H:%M', end_min * 60, 'unixepoch') AS end
FROM session WHERE school = :school AND date = :date AND slot = :slot
	AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
