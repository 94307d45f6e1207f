"""Passes: from a Program to a Program of the same results, with less to compute."""
