-- The page is found first, the details are asked for its five people only.
WITH rev AS (
  SELECT c.customer_id, c.email, coalesce(sum(i.quantity * i.unit_price), 0) AS rev, count(DISTINCT o.order_id) AS n
    FROM customers c
    LEFT JOIN (orders o LEFT JOIN order_items i ON i.order_id = o.order_id)
           ON o.customer_id = c.customer_id AND o.status <> 'cancelled' AND tsrange('2024-01-01', '2025-01-01') @> o.placed_at
   WHERE c.company_id = 42 GROUP BY c.customer_id
),
page AS (
  SELECT r.*, round(r.rev / nullif((SELECT sum(x.rev) FROM rev x), 0), 4) AS share FROM rev r
   ORDER BY share DESC NULLS LAST, r.customer_id LIMIT 5 OFFSET 5
)
SELECT p.customer_id, p.email, p.n AS orders_2024, p.rev AS revenue_2024, p.share AS share_2024,
       (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = p.customer_id) AS last_order_at
  FROM page p ORDER BY p.share DESC NULLS LAST, p.customer_id;
