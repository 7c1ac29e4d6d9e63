-- The 50 albums released last, with the artist credited first and the link to Spotify
-- artists: how many are credited on the album. Of the last 30 days of runs.
SELECT
  a.release_date,
  a.name AS album,
  max(CASE WHEN l.position = 0 THEN artist.name END) AS first_artist,
  count(l.artist_id) AS artists,
  a.album_type,
  a.total_tracks,
  a.spotify_url
FROM current_albums a
LEFT JOIN album_artists l
  ON l.album_id = a.id AND l.run_id = a.run_id
  AND l.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
LEFT JOIN current_artists artist ON artist.id = l.artist_id
WHERE a.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY
  a.id, a.name, a.album_type, a.release_date, a.release_date_day, a.total_tracks, a.spotify_url
ORDER BY a.release_date_day DESC NULLS LAST, a.id
LIMIT 50
