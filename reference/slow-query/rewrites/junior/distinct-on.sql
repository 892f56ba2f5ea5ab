-- Running totals over the lines; the last line of an order has the whole.
SELECT t.order_id, t.customer_id, t.placed_at, t.country, t.lines, t.value
  FROM (SELECT DISTINCT ON (o.order_id) o.order_id, o.customer_id, o.placed_at, coalesce(o.ship_country, o.bill_country) AS country,
               count(i.line_no) OVER w AS lines, coalesce(sum(i.quantity * i.unit_price) OVER w, 0) AS value
          FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id
         WHERE o.placed_at >= '2024-03-15' AND o.placed_at < '2024-03-18' AND lower(o.status) = 'cancelled'
        WINDOW w AS (PARTITION BY o.order_id ORDER BY i.line_no)
         ORDER BY o.order_id, i.line_no DESC) t
 ORDER BY t.placed_at DESC, t.order_id;
