"""Examples: what a network learns from, as one array with a row for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from microgradlike.derivatives.pytree import is_array

if TYPE_CHECKING:
    from microgradlike.derivatives.pytree import Pytree


class Examples:
    """Data as a tuple of arrays or lists of one length, such as (points, labels).

    `rows` has a row for each example with all its numbers, `len()` is how many there are. Raises
    TypeError where it is no such tuple or holds what is no number, ValueError where there is
    nothing in it, where lengths differ, or where the examples are not alike.

    >>> examples = Examples(([(1.0, 2.0), (3.0, 4.0)], [0, 1]), "data")
    >>> examples.rows.tolist(), examples.nest(examples.rows[1])
    ([[1.0, 2.0, 0.0], [3.0, 4.0, 1.0]], [(3.0, 4.0), 1.0])
    """

    def __init__(self, data: Any, name: str) -> None:
        from microgradlike.compile.arguments import Arguments, row_of  # which want NumPy
        from microgradlike.derivatives.pytree import Pytree

        if not isinstance(data, tuple) or not data:
            raise TypeError(
                f"{name} is a tuple of arrays or lists with one entry per example, one for each"
                f" argument of the loss after the model, such as (points, labels); got"
                f" {data!r:.60} of type {type(data).__name__}"
            )
        try:
            arguments = Arguments(data, {}, tuple(range(len(data))))
        except (TypeError, ValueError) as error:
            error.add_note(f"in {name}, whose parts are the arguments")
            raise
        if arguments.scalars:
            raise TypeError(f"{name} is numbers, and there are Values in it; write their .data")
        self.rows: Any = arguments.rows.T.copy()
        first = [row_of(part, 0) for part in data]
        self.form = _form(first)  # equal where examples are alike
        self._tree: Pytree = Pytree(first, name)

    def __len__(self) -> int:
        return len(self.rows)

    def nest(self, row: Any) -> Sequence[Any]:
        """The arguments that a row stands for; it may hold any kind of number."""
        found: Sequence[Any] = self._tree.as_argument(row.tolist())
        return found


def _form(x: Any) -> Any:
    """The nest without its numbers; a tuple or an array is as good as a list."""
    if is_array(x):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [_form(part) for part in x]
    if isinstance(x, dict):
        return {key: _form(part) for key, part in x.items()}
    return "number"
