"""Folding: the part of a large graph that a picture shows."""
