-- Notes that sensitive fields were shown.
INSERT INTO access_log (at, staff, school, view, fields, pupil, rows)
VALUES (now_ms(), :staff, :school, :view, :fields, :pupil, :rows);
