"""A lint of queries: forms that make PostgreSQL do more work than the question needs, with their places."""
