"""The tests: a folder per room of the project, and what spans rooms beside them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
