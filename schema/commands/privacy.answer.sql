-- about: Answers a guardian's request: done (1), in part (2), refused with the reason (3).
-- about_zh: 答复家长的要求：已办、部分办了，或不能办（写明理由）。
-- roles: head
-- params: pupil:i request:i on:d outcome:i words:t?
-- scope: school
-- audit: pupil outcome
-- requires: R18
SELECT refuse('R18.no_request', :request) WHERE NOT EXISTS (SELECT 1 FROM subject_request
	WHERE school = :school AND pupil = :pupil AND request = :request);
SELECT refuse('R18.outcome', :outcome) WHERE :outcome NOT BETWEEN 1 AND 3;
SELECT refuse('R18.no_reason', p.name) FROM pupil p
WHERE p.school = :school AND p.pupil = :pupil AND :outcome = 3
	AND trim(coalesce(:words, '')) = '';
UPDATE subject_request SET answered_on = :on, outcome = :outcome,
	words = coalesce(words || ' → ', '') || coalesce(:words, '')
WHERE school = :school AND pupil = :pupil AND request = :request;
