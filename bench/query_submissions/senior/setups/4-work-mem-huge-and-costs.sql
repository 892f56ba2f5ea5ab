SET work_mem = '256MB';
SET hash_mem_multiplier = 4;
SET random_page_cost = 1;
