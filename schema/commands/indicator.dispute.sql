-- about: The school's word against a figure of the county's evaluation.
-- about_zh: 对考评提异议：学校认为数字不对的，写明理由。
-- roles: head
-- params: term_on:d indicator:i words:t
-- scope: school
-- audit: indicator words
-- requires: R15
SELECT refuse('R15.no_words', :indicator) WHERE trim(:words) = '';
SELECT refuse('R15.no_indicator', :indicator)
WHERE NOT EXISTS (SELECT 1 FROM policy_entry WHERE list = 2 AND code = :indicator);
INSERT INTO dispute (school, term_on, indicator, words, at, by_staff)
VALUES (:school, :term_on, :indicator, :words, now_ms(), :staff)
ON CONFLICT DO UPDATE SET words = excluded.words, at = excluded.at, by_staff = excluded.by_staff;
