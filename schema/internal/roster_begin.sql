-- A new import: the one before can no longer be taken back.
DELETE FROM roster_undo WHERE school = :school;
