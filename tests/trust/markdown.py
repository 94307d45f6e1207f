"""Markdown tables, and short forms of numbers."""

import re

NO_BIT, LOST = 2.0**52, "lost"  # ulp; from here on no bit of the significand is right


def table(head, rows, *, left=1):
    """A table: `left` columns flush left, the rest to the right; without rows it is a mistake."""
    if not rows:
        raise ValueError(f"a table of {head} without rows")
    rule = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def number(x, digits=4):
    """A double in short: its first digits, ∞ or -0.

    >>> number(-float("inf")), number(-0.0), number(6.7109e7), number(5e-324)
    ('-∞', '-0', '6.711e7', '5e-324')
    """
    text = min(f"{x:.{digits}g}", repr(x), key=len).replace("inf", "∞")
    return re.sub(r"e\+?(-?)0*", r"e\1", text)


def ulp(u):
    """An error in ulp, `lost` where no bit is right (or there is no number at all).

    >>> ulp(0.0), ulp(0.46), ulp(431.4), ulp(7.9e6), ulp(1e16), ulp(float("inf"))
    ('0', '0.5', '430', '8e6', 'lost', 'lost')
    """
    if u >= NO_BIT:
        return LOST
    if u < 100:
        return f"{u:.1f}".removesuffix(".0")
    return f"{float(f'{u:.2g}'):.0f}" if u < 1e4 else number(float(f"{u:.0e}"))


def heavy(text, when):
    """`text`, in bold if `when`."""
    return f"**{text}**" if when else text
