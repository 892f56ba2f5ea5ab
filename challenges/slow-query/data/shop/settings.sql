-- How the shop's server is set, for the database that this is run in. It serves many connections, so work_mem is small.
-- JIT and parallel workers are off so that a plan shows what the query does, on every machine.
DO $settings$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database());
  EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
  EXECUTE format('ALTER DATABASE %I SET max_parallel_workers_per_gather = 0', current_database());
END
$settings$;
