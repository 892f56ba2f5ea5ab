"""Readers for the schema challenge: statements, models, names, concepts, diagrams."""
