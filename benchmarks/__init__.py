"""Benchmarks: eager, compiled and of the page; README.md has the commands and the figures."""
