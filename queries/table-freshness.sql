-- How fresh each table is: the newest run in it, its age and the rows of the last 30 days of runs
-- newest: when that run started, UTC; hours_old: since then. Both null where no run has come.
SELECT
  table_name,
  newest,
  round(date_diff('millisecond', newest, localtimestamp) / 36e5, 1) AS hours_old,
  row_count
FROM (
  SELECT 'albums' AS table_name, max(ingested_at) AS newest, count(*) AS row_count
  FROM albums
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT 'tracks' AS table_name, max(ingested_at) AS newest, count(*) AS row_count
  FROM tracks
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT 'artists' AS table_name, max(ingested_at) AS newest, count(*) AS row_count
  FROM artists
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT 'album_artists' AS table_name, max(ingested_at) AS newest, count(*) AS row_count
  FROM album_artists
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT 'track_artists' AS table_name, max(ingested_at) AS newest, count(*) AS row_count
  FROM track_artists
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT 'runs' AS table_name, max(started_at) AS newest, count(*) AS row_count
  FROM runs
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
)
ORDER BY newest NULLS FIRST, table_name
