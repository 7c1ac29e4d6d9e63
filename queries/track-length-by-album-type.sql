-- How long tracks are, by the type of their album
-- In minutes, over the tracks that have a length. Of the last 30 days of runs.
WITH newest_albums AS (
  SELECT id, album_type, run_id
  FROM (
    SELECT
      id,
      album_type,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM albums
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
),
newest_tracks AS (
  SELECT id, album_id, duration_ms, run_id
  FROM (
    SELECT
      id,
      album_id,
      duration_ms,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM tracks
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
),
lengths AS (
  SELECT
    a.album_type,
    t.duration_ms / 6e4 AS minutes,
    -- The exact median by hand: the engines share no function for it.
    row_number() OVER (PARTITION BY a.album_type ORDER BY t.duration_ms) AS place,
    count(*) OVER (PARTITION BY a.album_type) AS places
  FROM newest_tracks t
  JOIN newest_albums a
    ON a.id = t.album_id
    AND a.run_id = t.run_id
  WHERE t.duration_ms IS NOT NULL
)
SELECT
  album_type,
  count(*) AS tracks,
  round(avg(minutes), 2) AS average,
  -- The middle place, or the two middle ones.
  round(avg(CASE WHEN 2 * place BETWEEN places AND places + 2 THEN minutes END), 2) AS median,
  round(min(minutes), 2) AS shortest,
  round(max(minutes), 2) AS longest,
  round(sum(minutes), 2) AS total
FROM lengths
GROUP BY album_type
ORDER BY album_type NULLS LAST
