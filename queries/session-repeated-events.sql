-- Session events that were delivered more than once, by segment
-- Of the last 30 days. Delivery is at least once: what has the same event_id is the same event.
SELECT
  segment,
  count(*) AS events,
  count(*) FILTER (WHERE times > 1) AS repeated_events,
  sum(times) - count(*) AS surplus_rows,
  max(times) AS most_often
FROM (
  SELECT segment, event_id, count(*) AS times
  FROM sessions
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  GROUP BY segment, event_id
)
GROUP BY segment
ORDER BY segment
