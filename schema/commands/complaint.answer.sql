-- about: What the county found and did about a complaint.
-- about_zh: 答复举报：县里的查处结果。
-- roles: clerk lead
-- params: complaint:i on:d answer:t
-- scope: county
-- requires: R4 R16
SELECT refuse('R4.no_complaint', :complaint)
WHERE NOT EXISTS (SELECT 1 FROM complaint WHERE complaint = :complaint);
SELECT refuse('R16.no_text') WHERE trim(:answer) = '';
UPDATE complaint SET answered_on = :on, answer = :answer WHERE complaint = :complaint;
SELECT complaint, school FROM complaint WHERE complaint = :complaint;
