"""Readers for the query challenge: what is allowed, plans, small databases, explanations."""
