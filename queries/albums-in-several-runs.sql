-- Albums that came in more than one of the last 30 days of runs, and albums doubled within a run
-- Two runs a refresh age (14 days) apart are meant; closer ones are a run that was cut short and
-- taken up again. repeated_rows: more rows than runs, which must be 0. days_between: first to last.
SELECT
  a.id AS album_id,
  c.name AS album,
  count(DISTINCT a.run_id) AS runs,
  count(*) - count(DISTINCT a.run_id) AS repeated_rows,
  min(a.ingested_at) AS first_ingested_at,
  max(a.ingested_at) AS last_ingested_at,
  round(date_diff('millisecond', min(a.ingested_at), max(a.ingested_at)) / 864e5, 1) AS days_between
FROM albums a
JOIN current_albums c ON c.id = a.id
WHERE a.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.id, c.name
HAVING count(*) > 1
ORDER BY repeated_rows DESC, runs DESC, a.id
