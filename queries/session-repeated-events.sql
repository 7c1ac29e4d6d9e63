-- Session events that were delivered more than once, by segment
-- Of the last 30 days. Delivery is at least once: what has the same event_id is the same event.
WITH delivered AS (
  SELECT segment, event_id
  FROM sessions_usa
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT segment, event_id
  FROM sessions_international
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
),
events AS (
  SELECT segment, event_id, count(*) AS times
  FROM delivered
  GROUP BY segment, event_id
)
SELECT
  segment,
  count(*) AS events,
  count(*) FILTER (WHERE times > 1) AS repeated_events,
  sum(times) - count(*) AS surplus_rows,
  max(times) AS most_often
FROM events
GROUP BY segment
ORDER BY segment
