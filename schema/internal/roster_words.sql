-- What staff taught this machine of headers.
SELECT header, field FROM roster_word WHERE school = :school ORDER BY header LIMIT 500;
