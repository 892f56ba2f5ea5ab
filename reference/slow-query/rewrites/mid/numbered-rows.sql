-- The page by number; the numbers by the same order.
WITH sums AS (
  SELECT c.customer_id, c.email, o.order_id, o.placed_at,
         o.status <> 'cancelled' AND (o.placed_at, o.placed_at) >= ('2024-01-01', '2024-01-01') AND o.placed_at < '2025-01-01' AS counts
    FROM customers c LEFT JOIN orders o USING (customer_id) WHERE c.company_id = 42
),
revenue AS (
  SELECT s.customer_id, sum(i.quantity * i.unit_price) AS rev FROM sums s JOIN order_items i USING (order_id) WHERE s.counts IS TRUE GROUP BY 1
),
shares AS (
  SELECT s.customer_id, s.email, sum(CASE WHEN s.counts THEN 1 ELSE 0 END) AS n, coalesce(min(r.rev), 0) AS rev, max(s.placed_at) AS last_at
    FROM sums s LEFT JOIN revenue r USING (customer_id) GROUP BY s.customer_id, s.email
),
rounded AS (SELECT x.*, round(x.rev / nullif(sum(x.rev) OVER (), 0), 4) AS share FROM shares x),
numbered AS (SELECT r.*, row_number() OVER (ORDER BY share DESC NULLS LAST, customer_id) AS place FROM rounded r)
SELECT customer_id, email, n AS orders_2024, rev AS revenue_2024, share AS share_2024, last_at AS last_order_at
  FROM numbered WHERE place > 5 AND place <= 10 ORDER BY place;
