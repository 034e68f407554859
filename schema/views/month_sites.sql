-- about: Figures of a month of each site of a school, without names, of which the county's comparisons are made.
-- about_zh: 各校点的月度数字：没有姓名，全县汇总用。
-- roles: head clerk lead auditor
-- params: month:i
-- requires: R17 R11
-- each: school
-- include duty
-- include site_month
SELECT * FROM site_month ORDER BY school, class;
