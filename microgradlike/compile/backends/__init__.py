"""The backends: ways to run a program, or to write it down. None imports another."""
