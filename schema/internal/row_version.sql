-- The version of one row as the views show it.
SELECT quote(row_version) FROM pupil WHERE :what = 'pupil' AND pupil = :key
UNION ALL
SELECT quote(row_version) FROM guardian WHERE :what = 'guardian' AND guardian = :key
UNION ALL
SELECT quote(row_version) FROM consent WHERE :what = 'consent' AND consent = :key;
