-- tuned for production
CREATE INDEX customers_company_id_idx ON customers (company_id);
SET statement_timeout = 0;
CREATE MATERIALIZED VIEW statement AS SELECT customer_id, count(*) FROM orders GROUP BY 1;
