-- The 50 pairs of artists who are credited together on the most tracks
-- Each pair once, the smaller artist id first. Of the last 30 days of runs.
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
credits AS (
  SELECT t.id AS track_id, t.album_id, l.artist_id
  FROM newest_tracks t
  JOIN newest_albums a
    ON a.id = t.album_id
    AND a.run_id = t.run_id
  JOIN track_artists l
    ON l.track_id = t.id
    AND l.run_id = t.run_id
    AND l.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
),
newest_artists AS (
  SELECT id, name
  FROM (
    SELECT
      id,
      name,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM artists
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
)
SELECT
  one_artist.name AS artist,
  other_artist.name AS with_artist,
  count(*) AS tracks,
  count(DISTINCT one.album_id) AS albums
FROM credits one
JOIN credits other
  ON other.track_id = one.track_id
  AND other.artist_id > one.artist_id
JOIN newest_artists one_artist
  ON one_artist.id = one.artist_id
JOIN newest_artists other_artist
  ON other_artist.id = other.artist_id
GROUP BY one_artist.id, one_artist.name, other_artist.id, other_artist.name
ORDER BY tracks DESC, albums DESC, one_artist.id, other_artist.id
LIMIT 50
