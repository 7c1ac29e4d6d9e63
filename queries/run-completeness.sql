-- What each run of the last 30 days promised, listed and brought, newest first
-- percent_in_lake: landed and known of listed. unlisted: promised by Spotify and on no page.
-- unexplained: listed and neither landed, known nor missing, which must be 0. seconds: from start
-- to record. A FAILED run has its error and no counts.
SELECT
  started_at,
  run_id,
  status,
  source,
  promised,
  listed,
  known,
  landed,
  missing,
  unlisted,
  listed - landed - known - missing AS unexplained,
  round(CAST(100 * (landed + known) AS double) / nullif(listed, 0), 1) AS percent_in_lake,
  tracks,
  requests,
  -- In milliseconds both engines agree; whole seconds one of them counts by the ticks of the clock.
  round(date_diff('millisecond', started_at, finished_at) / 1e3, 1) AS seconds,
  error
FROM runs
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
ORDER BY started_at DESC, run_id DESC
