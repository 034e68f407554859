-- table 1 keywrap scope=school
-- The school's key, wrapped to each device and to the recovery key.  Whoever
-- has one of the secrets opens it; to everyone else it is noise.
CREATE TABLE keywrap (
	school     INTEGER, -- key 1 public hint=scope : 学校标识码
	generation INTEGER, -- key 2 public : of the school's key, from 1
	recipient  BLOB,    -- key 3 public : first 8 bytes of the X25519 public key
	wrapped    BLOB,    -- col 4 county quiet : sealed box, sync/keyring.h
	PRIMARY KEY (school, generation, recipient)
);
