-- about: How a group answered, by show of hands or form, twice a term.
-- about_zh: 登记满意度：举手或问卷，每学期两次。
-- roles: teacher head
-- params: term_on:d round:i site:i? grp:i? how:i? asked:i content:i words:t? held_on:d
-- scope: school
-- requires: R9
SELECT refuse('R9.round', :round) WHERE :round NOT IN (1, 2);
SELECT refuse('R9.count', :content, :asked) WHERE :asked < 1 OR :content NOT BETWEEN 0 AND :asked;
INSERT INTO satisfaction (school, term_on, round, site, grp, how, asked, content, words, held_on, by_staff)
VALUES (:school, :term_on, :round, coalesce(:site, 0), coalesce(:grp, 0), coalesce(:how, 1), :asked,
	:content, :words, :held_on, :staff)
ON CONFLICT DO UPDATE SET how = excluded.how, asked = excluded.asked, content = excluded.content,
	words = excluded.words, held_on = excluded.held_on, by_staff = excluded.by_staff;
SELECT asked, content FROM satisfaction WHERE school = :school AND term_on = :term_on
	AND round = :round AND site = coalesce(:site, 0) AND grp = coalesce(:grp, 0);
