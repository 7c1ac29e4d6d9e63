-- How long tracks are, by the type of their album
-- In minutes, over the tracks that have a length; median: the middle one, or the average of the two
-- middle ones. Of the last 30 days of runs.
WITH lengths AS (
  SELECT a.album_type, t.duration_ms / 6e4 AS minutes,
    row_number() OVER (PARTITION BY a.album_type ORDER BY t.duration_ms) AS place,
    count(*) OVER (PARTITION BY a.album_type) AS places
  FROM current_tracks t
  JOIN current_albums a ON a.id = t.album_id
  WHERE t.duration_ms IS NOT NULL
    AND t.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
)
SELECT album_type, count(*) AS tracks, round(avg(minutes), 2) AS average,
  round(avg(CASE WHEN 2 * place BETWEEN places AND places + 2 THEN minutes END), 2) AS median,
  round(min(minutes), 2) AS shortest, round(max(minutes), 2) AS longest,
  round(sum(minutes), 2) AS total
FROM lengths
GROUP BY album_type
ORDER BY album_type NULLS LAST
