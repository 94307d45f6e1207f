"""Eager computation: training steps, memory, import, and derivatives of higher order."""
