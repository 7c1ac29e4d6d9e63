-- Albums that came in more than one of the last 30 days of runs, and albums doubled within a run
-- Two runs a refresh age (14 days) apart are meant; closer ones are a run that was cut short and
-- taken up again. repeated_rows: more rows than runs, which must be 0. days_between: first to last.
SELECT
  id AS album_id,
  max(CASE WHEN newness = 1 THEN name END) AS album,
  count(DISTINCT run_id) AS runs,
  count(*) - count(DISTINCT run_id) AS repeated_rows,
  min(ingested_at) AS first_ingested_at,
  max(ingested_at) AS last_ingested_at,
  round(date_diff('millisecond', min(ingested_at), max(ingested_at)) / 864e5, 1) AS days_between
FROM (
  SELECT
    id,
    name,
    run_id,
    ingested_at,
    row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
  FROM albums
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
)
GROUP BY id
HAVING count(*) > 1
ORDER BY repeated_rows DESC, runs DESC, id
