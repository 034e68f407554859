-- Now schema/parts/consent_unit.sql, which counts one school's choices once.
DROP VIEW consent_unit;
