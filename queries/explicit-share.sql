-- How many tracks are explicit, by the type of their album
-- not_said: tracks that tell neither way; percent_explicit leaves them out. Of the last 30 days of
-- runs.
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
  SELECT id, album_id, explicit, run_id
  FROM (
    SELECT
      id,
      album_id,
      explicit,
      run_id,
      row_number() OVER (PARTITION BY id ORDER BY ingested_at DESC, run_id DESC) AS newness
    FROM tracks
    WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  )
  WHERE newness = 1
)
SELECT
  a.album_type,
  count(*) AS tracks,
  count(*) FILTER (WHERE t.explicit) AS explicit_tracks,
  count(*) FILTER (WHERE t.explicit IS NULL) AS not_said,
  round(
    CAST(100 * count(*) FILTER (WHERE t.explicit) AS double) / nullif(count(t.explicit), 0),
    1
  ) AS percent_explicit
FROM newest_tracks t
JOIN newest_albums a
  ON a.id = t.album_id
  AND a.run_id = t.run_id
GROUP BY a.album_type
ORDER BY a.album_type NULLS LAST
