"""Grades backend take-home challenges by running them."""

__version__ = "0.1.0"
