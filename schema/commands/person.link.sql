-- about: The county finds that rows of two schools are one child; 0 as earlier school takes it back.
-- about_zh: 两校的同一个孩子：县里认定；要撤销的不填另一个孩子。
-- roles: clerk
-- params: of_school:i pupil:i to_school:i to_pupil:i? on:d
-- scope: county
-- audit: of_school pupil to_school to_pupil
-- requires: R19
SELECT refuse('R19.no_pupil', :pupil)
WHERE NOT EXISTS (SELECT 1 FROM pupil WHERE school = :of_school AND pupil = :pupil);
SELECT refuse('R19.no_pupil', coalesce(:to_pupil, 0)) WHERE :to_school > 0 AND NOT EXISTS (
	SELECT 1 FROM pupil WHERE school = :to_school AND pupil = :to_pupil);
SELECT refuse('R19.same_as', :to_pupil) WHERE :to_school = :of_school OR EXISTS (
	SELECT 1 FROM person_link WHERE of_school = :to_school AND pupil = :to_pupil
	AND to_school > 0);
INSERT INTO person_link (of_school, pupil, to_school, to_pupil, linked_on)
VALUES (:of_school, :pupil, :to_school, :to_pupil, :on)
ON CONFLICT DO UPDATE SET to_school = :to_school, to_pupil = :to_pupil, linked_on = :on;
SELECT of_school, pupil, to_school, to_pupil FROM person_link
WHERE of_school = :of_school AND pupil = :pupil;
