"""Hypothesis strategies: points at which to check, and programs to check."""
