-- about: Answers an opinion or complaint, with the date.
-- about_zh: 答复意见：怎么答的、哪天。
-- roles: teacher head
-- params: opinion:i on:d text:t
-- scope: school
-- audit: opinion
-- requires: R16
SELECT refuse('R16.no_opinion', :opinion)
WHERE NOT EXISTS (SELECT 1 FROM opinion WHERE school = :school AND opinion = :opinion);
SELECT refuse('R16.no_text') WHERE trim(:text) = '';
INSERT INTO opinion_answer (school, opinion, answer, pupil, answered_on, text, by_staff)
SELECT school, opinion, :new_id, pupil, :on, :text, :staff
FROM opinion WHERE school = :school AND opinion = :opinion;
SELECT opinion, answer FROM opinion_answer
WHERE school = :school AND opinion = :opinion AND answer = :new_id;
