"""Accuracy: the digits of a number that are right, and the range of a function over a box."""
