SET work_mem = '256MB';
SET random_page_cost = 1;
