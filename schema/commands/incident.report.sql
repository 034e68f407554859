-- about: Reports an incident: kind, when, where, who, what, at once.  Without a time: now, of an earlier day its noon.  It travels first and is never edited.  About a member of staff it goes past the head.
-- about_zh: 报告事件：哪类、什么时候、在哪里、谁、发生了什么。不写时间：当天算现在，以前的日子算中午12点。最先上报，不能改。涉及教职工的不经校长。
-- roles: teacher head guard
-- params: kind:i date:d time:m? site:i? place:t pupil:i? who:t? what:t past_head:b? about_staff:i?
-- scope: school
-- lane: urgent
-- audit: kind
-- requires: R13
SELECT refuse('R13.kind', :kind) WHERE :kind NOT IN (1, 2, 3, 4, 5, 6, 9);
INSERT INTO incident (school, incident, kind, happened_at, site, place, pupil, who, what,
	past_head, at, by_staff, about_staff)
VALUES (:school, :new_id, :kind,
	((:date + 10957) * 1440 + coalesce(:time, CASE (now_ms() / 60000 + 480) / 1440
		WHEN :date + 10957 THEN (now_ms() / 60000 + 480) % 1440 ELSE 720 END) - 480) * 60000,
	coalesce(:site, 0), :place, :pupil, :who, :what,
	coalesce(:past_head, 0) OR :about_staff IS NOT NULL, now_ms(), :staff, :about_staff);
SELECT incident, kind FROM incident WHERE school = :school AND incident = :new_id;
