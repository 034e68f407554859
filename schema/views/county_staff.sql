-- about: Who acts for the county.
-- about_zh: 县级人员。
-- roles: clerk lead auditor
-- params:
-- requires: R10
SELECT staff, name, roles, active FROM county_staff ORDER BY name, staff;
