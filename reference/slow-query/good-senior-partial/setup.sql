-- Two partial indexes: each holds only the rows that this report can ever be about.
CREATE INDEX orders_portugal_trouble ON orders (placed_at)
  WHERE (ship_country = 'PT' OR bill_country = 'PT') AND (status = 'disputed' OR lower(status) = 'cancelled');
CREATE INDEX blocked_customers_active ON blocked_customers (customer_id) WHERE active;
SET random_page_cost = 1.1;
