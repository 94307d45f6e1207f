"""Compilation: a function recorded once as a Program, and run by the backend of your choice."""
