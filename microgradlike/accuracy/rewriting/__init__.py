"""Formulas rewritten to keep their digits."""
