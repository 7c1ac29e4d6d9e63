-- The 20 artists who are credited on the most tracks, and on how many albums
-- Each track counts once for each of its artists. Of the last 30 days of runs.
SELECT
  a.name AS artist,
  count(*) AS tracks,
  count(DISTINCT t.album_id) AS albums,
  a.spotify_url
FROM current_tracks t
JOIN track_artists l ON l.track_id = t.id AND l.run_id = t.run_id
JOIN current_artists a ON a.id = l.artist_id
WHERE t.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  AND l.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.id, a.name, a.spotify_url
ORDER BY tracks DESC, albums DESC, a.id
LIMIT 20
