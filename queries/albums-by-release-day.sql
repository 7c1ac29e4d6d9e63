-- New albums by release day and type, newest day first
-- Of the last 30 days of runs. day_known: how many of them name their day; a release date of 1981
-- or 1981-12 counts on the first day it could mean.
SELECT
  release_date_day,
  album_type,
  count(*) AS albums,
  count(release_date_day) FILTER (WHERE length(release_date) = 10) AS day_known
FROM current_albums
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY release_date_day, album_type
ORDER BY release_date_day DESC NULLS LAST, album_type NULLS LAST
