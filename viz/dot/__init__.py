"""Pictures by Graphviz: a Scene as DOT text, and as SVG, PNG or PDF."""
