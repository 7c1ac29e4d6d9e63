-- The 50 pairs of artists who are credited together on the most tracks
-- Each pair once, the smaller artist id first. Of the last 30 days of runs.
SELECT
  a.name AS artist,
  b.name AS with_artist,
  count(*) AS tracks,
  count(DISTINCT t.album_id) AS albums
FROM current_tracks t
JOIN track_artists one ON one.track_id = t.id AND one.run_id = t.run_id
JOIN track_artists other
  ON other.track_id = t.id AND other.run_id = t.run_id AND other.artist_id > one.artist_id
JOIN current_artists a ON a.id = one.artist_id
JOIN current_artists b ON b.id = other.artist_id
WHERE t.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  AND one.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  AND other.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.id, a.name, b.id, b.name
ORDER BY tracks DESC, albums DESC, a.id, b.id
LIMIT 50
