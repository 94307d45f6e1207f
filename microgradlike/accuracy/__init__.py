"""Digits of a graph's numbers: how many are right, where they were lost, what to write instead."""
