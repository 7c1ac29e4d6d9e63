-- Session events that were rejected, by reason, and what each reason means
-- Of the last 30 days; a large event has several rows, and counts once. Times are UTC.
SELECT
  reason,
  message,
  count(DISTINCT event_id) AS events,
  min(arrived_at) AS first_arrived,
  max(arrived_at) AS last_arrived
FROM rejected_sessions
WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
GROUP BY reason, message
ORDER BY count(DISTINCT event_id) DESC, reason
