"""The Scene: an immutable snapshot of a graph with everything that a picture needs."""
