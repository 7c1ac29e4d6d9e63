-- How fresh each table is: the newest run in it, its age and the rows of the last 30 days of runs
-- newest: when that run started, UTC; hours_old: since then. Both null where no run has come.
WITH stored AS (
  SELECT 'albums' AS table_name, ingested_at, ingest_date FROM albums
  UNION ALL SELECT 'tracks', ingested_at, ingest_date FROM tracks
  UNION ALL SELECT 'artists', ingested_at, ingest_date FROM artists
  UNION ALL SELECT 'album_artists', ingested_at, ingest_date FROM album_artists
  UNION ALL SELECT 'track_artists', ingested_at, ingest_date FROM track_artists
  UNION ALL SELECT 'runs', started_at, ingest_date FROM runs
)
SELECT p.name AS table_name, max(s.ingested_at) AS newest,
  round(date_diff('millisecond', max(s.ingested_at), localtimestamp) / 36e5, 1) AS hours_old,
  count(s.table_name) AS row_count
FROM (VALUES ('albums'), ('tracks'), ('artists'), ('album_artists'), ('track_artists'), ('runs'))
  AS p (name)
LEFT JOIN stored s
  ON s.table_name = p.name
  AND s.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY p.name
ORDER BY newest NULLS FIRST, table_name
