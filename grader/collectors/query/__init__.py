"""Runs a query on big and small data and counts its work."""
