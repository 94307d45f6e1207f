"""The gradient check: one module per step, from the arguments to the report."""
