-- A clumsy one: every order is joined and added up before the weekend is looked for.
SELECT s.order_id, s.customer_id, s.placed_at, s.country, s.lines, s.value
  FROM (SELECT o.order_id, o.customer_id, o.placed_at, o.status,
               coalesce(o.ship_country, o.bill_country) AS country,
               count(i.line_no) AS lines, coalesce(sum(i.quantity * i.unit_price), 0) AS value
          FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
         GROUP BY o.order_id OFFSET 0) AS s
 WHERE s.placed_at >= '2024-03-15' AND s.placed_at < '2024-03-18' AND lower(s.status) = 'cancelled'
 ORDER BY s.placed_at DESC, s.order_id
