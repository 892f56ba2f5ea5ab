create index idx_customers_company on customers (company_id);
analyze customers;
