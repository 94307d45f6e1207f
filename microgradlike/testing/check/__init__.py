"""The gradient check: one module per step, from the point of a function to the report."""
