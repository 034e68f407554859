-- about: The versions of the consent notice.
-- about_zh: 告知书：各个版本。
-- roles: teacher head guard clerk lead auditor
-- params:
-- requires: R3
SELECT n.version, date('2000-01-01', n.from_on || ' days') AS from_on, n.material, n.title, n.body FROM consent_notice n
ORDER BY n.version;
