"""Passes: functions from a Program to a Program with the same results and less to compute."""
