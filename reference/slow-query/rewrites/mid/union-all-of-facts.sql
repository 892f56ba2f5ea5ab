/* Facts of three kinds in one list, summed up at the end. */
WITH people AS MATERIALIZED (SELECT customer_id, email FROM customers WHERE company_id IN (42)),
counted AS (
  SELECT o.order_id, o.customer_id FROM people p, orders o
   WHERE o.customer_id = p.customer_id AND o.status != 'cancelled'
     AND o.placed_at::date >= make_date(2024, 1, 1) AND o.placed_at::date <= make_date(2024, 12, 31)
),
facts (customer_id, n, worth, at) AS (
  SELECT customer_id, 1, 0::numeric, NULL::timestamp FROM counted
  UNION ALL
  SELECT k.customer_id, 0, i.quantity * i.unit_price, NULL FROM counted k JOIN order_items i USING (order_id)
  UNION ALL
  SELECT o.customer_id, 0, 0, o.placed_at FROM people p JOIN orders o USING (customer_id)
),
summed AS (SELECT customer_id, sum(n) AS n, sum(worth) AS rev, max(at) AS last_at FROM facts GROUP BY customer_id),
all_of (total) AS (SELECT sum(worth) FROM facts)
SELECT customer_id, email, coalesce(s.n, 0) AS orders_2024, coalesce(s.rev, 0) AS revenue_2024,
       round(coalesce(s.rev, 0) / nullif((SELECT total FROM all_of), 0), 4) AS share_2024, s.last_at AS last_order_at
  FROM people LEFT JOIN summed s USING (customer_id)
 ORDER BY 5 DESC NULLS LAST, 1
 LIMIT 5 OFFSET 5;
