-- What each run of the last 30 days expected, listed and brought, newest first
-- percent_in_lake: loaded and skipped of listed. unlisted: expected by Spotify and on no page.
-- unexplained: listed and neither loaded, skipped nor missing, which must be 0. seconds: from start
-- to record. A FAILED run has its error and no counts.
SELECT
  started_at, run_id, status, source,
  expected, listed, skipped, loaded, missing, unlisted,
  listed - loaded - skipped - missing AS unexplained,
  round(CAST(100 * (loaded + skipped) AS double) / nullif(listed, 0), 1) AS percent_in_lake,
  tracks, requests,
  -- In milliseconds both engines agree; whole seconds one of them counts by the ticks of the clock.
  round(date_diff('millisecond', started_at, finished_at) / 1e3, 1) AS seconds,
  error
FROM runs
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
ORDER BY started_at DESC, run_id DESC
