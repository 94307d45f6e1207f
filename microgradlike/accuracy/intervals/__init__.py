"""Interval arithmetic: functions over boxes."""
