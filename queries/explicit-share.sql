-- How many tracks are explicit, by the type of their album
-- not_said: tracks without that field; percent_explicit leaves them out. Of the last 30 days of
-- runs.
SELECT
  a.album_type,
  count(*) AS tracks,
  count(*) FILTER (WHERE t.explicit) AS explicit_tracks,
  count(*) FILTER (WHERE t.explicit IS NULL) AS not_said,
  round(
    -- Not count(t.explicit): Trino would take it for count(*) FILTER (WHERE t.explicit).
    CAST(100 * count(*) FILTER (WHERE t.explicit) AS double)
      / nullif(count(*) FILTER (WHERE t.explicit IS NOT NULL), 0),
    1
  ) AS percent_explicit
FROM current_tracks t
JOIN current_albums a ON a.id = t.album_id
WHERE t.ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY a.album_type
ORDER BY a.album_type NULLS LAST
