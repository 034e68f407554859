-- about: The county's clerk enters a complaint that came past the school: by telephone (1), as a sealed slip with the stick (2), in person (3), by letter (4).  It stays at the hub.
-- about_zh: 登记举报：不经学校，直接到县里的（电话、密封条、当面、来信）。只留在县中心。
-- roles: clerk lead
-- params: about_school:i channel:i charging:b? on:d name:t? text:t
-- scope: county
-- requires: R4 R16
SELECT refuse('R4.channel', :channel) WHERE :channel NOT BETWEEN 1 AND 4;
SELECT refuse('R16.no_text') WHERE trim(:text) = '';
INSERT INTO complaint (complaint, school, channel, charging, received_on, due_on, name, text)
VALUES (:new_id, :about_school, :channel, coalesce(:charging, 1), :on, :on + 15, :name,
	:text);
SELECT complaint, date('2000-01-01', due_on || ' days') AS due_on FROM complaint
WHERE complaint = :new_id;
