-- Products that most often stay in carts
-- Of the last 30 days; an event counts once, by its event_id. The quantity is what lies in carts.
WITH delivered AS (
  SELECT event_id, session_id, coalesce(browsing_history, browse_history) AS history
  FROM sessions_usa
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
  UNION ALL
  SELECT event_id, session_id, coalesce(browsing_history, browse_history) AS history
  FROM sessions_international
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
),
events AS (
  SELECT event_id, session_id, history
  FROM (
    SELECT
      event_id,
      session_id,
      history,
      row_number() OVER (PARTITION BY event_id ORDER BY session_id) AS copy
    FROM delivered
  )
  -- An empty history must not reach sequence: from 1 to 0 it would count down.
  WHERE copy = 1 AND cardinality(history) > 0
),
-- By position, because Trino spreads unnested rows over columns and DuckDB does not.
entries AS (
  SELECT e.session_id, e.history[p.n] AS entry
  FROM events e
  CROSS JOIN UNNEST(sequence(1, cardinality(e.history))) AS p (n)
)
SELECT
  entry.product_code,
  count(DISTINCT session_id) AS sessions,
  CAST(sum(CAST(entry.quantity AS double)) AS bigint) AS quantity
FROM entries
WHERE entry.in_shopping_cart
GROUP BY entry.product_code
ORDER BY sum(CAST(entry.quantity AS double)) DESC, entry.product_code
LIMIT 50
