"""Small faults put into a query one at a time: what a comparison of queries must be able to see."""
