"""Compiled computation, against frameworks and compilers."""
