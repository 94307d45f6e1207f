"""Formulas as text: the tokens that the table of primitives defines, and the parser."""
