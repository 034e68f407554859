-- The schools of which anything is here.
SELECT school FROM school_known ORDER BY school;
