-- about: Headers of class lists that staff taught this machine.
-- about_zh: 主机认得的表头：教过它的。
-- roles: teacher head
-- params:
-- requires: R19
SELECT header, field FROM roster_word WHERE school = :school ORDER BY header;
