-- Products that most often stay in carts
-- Of the last 30 days; an event counts once, by its event_id. quantity: what is in carts.
WITH events AS (
  SELECT DISTINCT event_id, session_id, browsing_history AS history
  FROM sessions
  -- An empty history must not reach sequence: from 1 to 0 it would count down.
  WHERE cardinality(browsing_history) > 0
    AND ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
),
entries AS (
  -- By position, because Trino spreads unnested rows over columns and DuckDB does not.
  SELECT session_id, history[p.n] AS entry, CAST(history[p.n].quantity AS double) AS pieces
  FROM events CROSS JOIN UNNEST(sequence(1, cardinality(history))) AS p (n)
)
SELECT entry.product_code, count(DISTINCT session_id) AS sessions,
  CAST(sum(pieces) AS bigint) AS quantity
FROM entries
WHERE entry.in_shopping_cart
GROUP BY entry.product_code
ORDER BY sum(pieces) DESC, entry.product_code LIMIT 50
