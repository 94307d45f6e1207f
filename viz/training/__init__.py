"""A training, recorded and drawn."""
