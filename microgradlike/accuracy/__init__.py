"""Digits: how many are right, and where they were lost."""
