"""Widgets for notebooks, by anywidget: pages that are tied to the kernel."""
