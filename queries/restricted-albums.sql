-- Albums that are restricted, or some of whose tracks are
-- album_restriction: market, product, explicit or null. tracks, restricted_tracks: of the album as
-- it came last. Of the last 30 days of runs.
SELECT
  a.id AS album_id,
  a.name AS album,
  a.restriction_reason AS album_restriction,
  count(t.id) AS tracks,
  count(t.restriction_reason) AS restricted_tracks,
  a.spotify_url
FROM current_albums a
LEFT JOIN current_tracks t ON t.album_id = a.id
WHERE a.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.id, a.name, a.restriction_reason, a.spotify_url
HAVING a.restriction_reason IS NOT NULL OR count(t.restriction_reason) > 0
ORDER BY restricted_tracks DESC, a.id
