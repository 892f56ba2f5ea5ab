"""Puts the exam of a challenge to a running service."""
