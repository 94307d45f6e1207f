"""The commands of the shell, as argparse prints them."""

from __future__ import annotations


def commands(text: str) -> str:
    """A section per command: its line of usage, its arguments and its options."""
    return ""
