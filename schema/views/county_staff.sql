-- about: Who acts for the county.
-- about_zh: 县里的人员：姓名、岗位。
-- roles: clerk lead auditor
-- params:
-- requires: R10
SELECT staff, name, roles, active FROM county_staff ORDER BY name, staff;
