-- Albums that are restricted, or some of whose tracks are
-- album_restriction: market, product, explicit or null. tracks, restricted_tracks: of the album as
-- it came last. Of the last 30 days of runs.
WITH newest_albums AS (
  SELECT id, name, restriction_reason, spotify_url, run_id
  FROM (
    SELECT
      id,
      name,
      restriction_reason,
      spotify_url,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM albums
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
)
SELECT
  a.id AS album_id,
  a.name AS album,
  a.restriction_reason AS album_restriction,
  count(t.id) AS tracks,
  count(t.restriction_reason) AS restricted_tracks,
  a.spotify_url
FROM newest_albums a
LEFT JOIN tracks t
  ON t.album_id = a.id
  AND t.run_id = a.run_id
  AND t.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.id, a.name, a.restriction_reason, a.spotify_url
HAVING a.restriction_reason IS NOT NULL OR count(t.restriction_reason) > 0
ORDER BY restricted_tracks DESC, a.id
