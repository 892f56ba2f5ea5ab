-- Everything the query needs is in the index: no visit to the tables for customers and orders.
CREATE INDEX customers_by_company ON customers (company_id) INCLUDE (customer_id, email);
CREATE INDEX orders_by_customer ON orders (customer_id) INCLUDE (order_id, status, placed_at);
SET work_mem = '16MB';
