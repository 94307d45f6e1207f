"""Tables of figures: {row: {column: number}} as text and as Markdown, and pages that hold them."""

import re


def columns_of(figures):
    """All columns in the order in which the rows bring them; a row may miss some."""
    return list(dict.fromkeys(column for row in figures.values() for column in row))


def cells(figures, missing=""):
    columns = columns_of(figures)
    body = [
        [name, *(number(row[c]) if c in row else missing for c in columns)]
        for name, row in figures.items()
    ]
    return ["", *columns], body


def number(x):
    """Three digits, and no exponent up to a million: a table is read across."""
    if isinstance(x, str):
        return x
    if x == 0 or 1e-4 <= abs(x) < 100:
        return f"{x:.3g}"
    return f"{x:,.0f}" if abs(x) < 1e7 else f"{x:.2e}"


def as_text(title, figures):
    """Text columns, the first to the left, the others to the right."""
    header, body = cells(figures)
    widths = [max(map(len, column)) for column in zip(header, *body)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))])
        for row in [header, *body]
    ]
    return "\n".join([title, "-" * len(lines[0]), *lines, ""])


def as_markdown(figures, caption):
    header, body = cells(figures)
    rows = [header, ["---", *["--:"] * (len(header) - 1)], *body]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", f"*{caption}*"])


def fill(page, name, content):
    """Replace the text between the markers of table `name`; ValueError if `page` has none."""
    start, end = f"<!-- table: {name} -->", "<!-- end -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no table {name!r}; add the lines {start} and {end} to it")
    return pattern.sub(lambda _: f"{start}\n{content}\n{end}", page, count=1)
