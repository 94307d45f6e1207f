"""Timing, problems and contestants that several benchmarks use."""
