"""Hypothesis strategies: points of a primitive's domain, and random programs."""
