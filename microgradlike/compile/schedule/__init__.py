"""The schedule of a program: groups of equations, their order, and the places of their results."""
