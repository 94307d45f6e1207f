"""Compilation: a function recorded once as a Program, and run at the speed of its backend."""
