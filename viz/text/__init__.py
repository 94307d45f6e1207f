"""A Scene in words: the chain rule, formulas, mermaid."""
