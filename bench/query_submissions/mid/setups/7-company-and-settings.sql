CREATE INDEX customers_company_id_idx ON customers (company_id);
SET work_mem = '64MB';
SET random_page_cost = 1.1;
