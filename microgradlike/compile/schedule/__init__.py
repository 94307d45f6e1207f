"""The schedule: which equations are computed together, when, and where the results lie."""
