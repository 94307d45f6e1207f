"""Computed numbers against exact ones: bounds, digits, culprits."""
