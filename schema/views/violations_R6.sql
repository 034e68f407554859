-- about: Children with priority who were refused while one without has a place; refusals without a reason.
-- about_zh: 请核对·优先：有优先的被拒，没优先的有名额；没写原因的。
-- roles: head clerk lead auditor
-- params:
-- requires: R6
SELECT a.school, a.pupil, a.site, 'priority_refused' AS what FROM place_wish a
WHERE (:school IS NULL OR a.school = :school) AND a.refused = 1 AND a.priorities > 0
	AND EXISTS (SELECT 1 FROM place_wish b WHERE b.school = a.school AND b.site = a.site
	AND b.priorities = 0 AND b.refused = 0)
UNION ALL
SELECT x.school, x.pupil, NULL, 'no_reason' FROM place_refusal x
WHERE (:school IS NULL OR x.school = :school) AND x.undone = 0 AND trim(coalesce(x.reason, '')) = ''
ORDER BY 1, 2;
