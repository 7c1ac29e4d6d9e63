-- The 20 artists who are credited on the most tracks, and on how many albums these stand
-- Each track counts once for each of its artists. Of the last 30 days of runs.
WITH newest_albums AS (
  SELECT id, run_id
  FROM (
    SELECT
      id,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM albums
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
),
newest_tracks AS (
  SELECT id, album_id, run_id
  FROM (
    SELECT
      id,
      album_id,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM tracks
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
),
newest_artists AS (
  SELECT id, name, spotify_url
  FROM (
    SELECT
      id,
      name,
      spotify_url,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM artists
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
)
SELECT
  artist.name AS artist,
  count(*) AS tracks,
  count(DISTINCT t.album_id) AS albums,
  artist.spotify_url
FROM newest_tracks t
JOIN newest_albums a
  ON a.id = t.album_id
  AND a.run_id = t.run_id
JOIN track_artists l
  ON l.track_id = t.id
  AND l.run_id = t.run_id
  AND l.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
JOIN newest_artists artist
  ON artist.id = l.artist_id
GROUP BY artist.id, artist.name, artist.spotify_url
ORDER BY tracks DESC, albums DESC, artist.id
LIMIT 20
