"""Read schemas written for MySQL 8 or SQLite into the same model as those of PostgreSQL."""
