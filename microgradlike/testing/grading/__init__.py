"""Grades for a learner's engine: the operations that are right, and the mistake it looks like."""
