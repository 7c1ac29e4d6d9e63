-- How many products sessions hold by country, and what share of them is in a cart
-- Of the last 30 days; an event counts once, by its event_id. percent_in_cart is of the quantity.
SELECT
  country,
  count(*) AS events,
  sum(overall_product_quantity) AS quantity,
  sum(overall_in_shopping_cart) AS in_cart,
  round(
    CAST(100 * sum(overall_in_shopping_cart) AS double) / nullif(sum(overall_product_quantity), 0),
    1
  ) AS percent_in_cart
FROM (
  SELECT DISTINCT event_id, country, overall_product_quantity, overall_in_shopping_cart
  FROM sessions
  WHERE ingest_date >= CAST(CAST(current_date - INTERVAL '30' DAY AS date) AS varchar)
)
GROUP BY country
ORDER BY sum(overall_product_quantity) DESC, country
