-- about: The county publishes a version of the emergency plan of a kind of incident, and the limits of a cluster.
-- about_zh: 发布应急预案：哪类事件、怎样处置，几个孩子同时发病算聚集性病例。
-- roles: clerk lead
-- params: kind:i version:i title:t body:t from_on:d cluster_day:i? cluster_days:i? report_hours:i?
-- scope: county
-- audit: kind version
-- requires: R13
SELECT refuse('R13.kind', :kind) WHERE :kind NOT IN (1, 2, 3, 4, 5, 6, 9);
SELECT refuse('R13.plan_known', :version)
WHERE EXISTS (SELECT 1 FROM emergency_plan WHERE kind = :kind AND version = :version);
SELECT refuse('R13.limit', v) FROM (SELECT :cluster_day AS v UNION ALL SELECT :cluster_days
	UNION ALL SELECT :report_hours) WHERE v < 1;
INSERT INTO emergency_plan (kind, version, title, body, from_on, cluster_day, cluster_days,
	report_hours)
VALUES (:kind, :version, :title, :body, :from_on, :cluster_day, :cluster_days,
	:report_hours);
SELECT kind, version, title FROM emergency_plan WHERE kind = :kind AND version = :version;
