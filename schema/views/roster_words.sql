-- about: Headers of class lists that staff taught this machine.
-- about_zh: 本机学过的名单表头。
-- roles: teacher head
-- params:
-- requires: R19
SELECT header, field FROM roster_word WHERE school = :school ORDER BY header;
