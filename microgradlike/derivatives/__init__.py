"""Derivatives of any order, in every mode: the chain rule, forward mode, graphs, functions."""
