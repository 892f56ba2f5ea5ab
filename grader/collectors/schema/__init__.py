"""Loads a schema into a scratch database and asks it questions."""
