"""Exports: a Program as text in another language. These modules run nothing."""
