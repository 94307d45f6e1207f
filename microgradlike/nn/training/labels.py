"""Labels: the examples whose labels are checked eagerly, since a program cannot raise."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

from microgradlike.nn.training.dataset import Dataset

DISTINCT = 64  # a column with more values has real numbers: their range is enough
COLUMNS = 16  # more columns of labels than these count as one
# what arithmetic on plain numbers raises where a program goes on, such as 1 / 0
_NOT_ABOUT_LABELS = (AttributeError, ArithmeticError)


def check_labels(loss_of_row: Callable[[Any], object], dataset: Dataset) -> None:
    """Compute the loss of `checked_examples`, and raise what the loss raises for a label.

    A note on the error names the example. `dataset.rows` are the arguments of `loss_of_row`.
    Errors that plain numbers raise and a program does not, such as a division by 0, are passed
    over.

    >>> def loss_of_row(row):
    ...     if row[1] not in (-1, 1):
    ...         raise ValueError(f"the label is {row[1]}")
    >>> check_labels(loss_of_row, Dataset(([0.5, 0.5], [-1, 1]), "data"))
    >>> try:
    ...     check_labels(loss_of_row, Dataset(([0.5, 0.5], [0, 1]), "data"))
    ... except ValueError as error:
    ...     print(error, *error.__notes__, sep="; ")
    the label is 0.0; in example 0 of data, with the label 0.0
    """
    for i in checked_examples(dataset):
        try:
            loss_of_row(dataset.rows[i])
        except _NOT_ABOUT_LABELS:
            continue
        except Exception as error:
            label = dataset.example(dataset.rows[i])[-1]
            error.add_note(f"in example {i} of {dataset.name}, with the label {label!r:.100}")
            raise


def checked_examples(dataset: Dataset) -> list[int]:
    """The first example of all, and those that between them have every distinct label.

    Labels are all numbers of an example after its first part, or of a single part. Of more than
    DISTINCT labels in a column the least, the greatest, the first that is not whole and the first
    nan stand for all.

    >>> checked_examples(Dataset(([0.5, 0.5, 0.5, 0.5], [7, 8, 7, 9]), "data"))
    [0, 1, 3]
    """
    labels = dataset.labels
    columns = list(labels.T)
    if len(columns) > COLUMNS:
        found = {i // len(columns) for i in _telling(labels.ravel().tolist())}
    else:
        found = {i for column in columns for i in _telling(column.tolist())}
    return sorted({0} | found)


def _telling(labels: list[float]) -> set[int]:
    """The places of labels that stand for all."""
    first: dict[float, int] = {}
    for i, x in enumerate(labels):
        first.setdefault(x if x == x else nan, i)  # one object: all nan count as one
    numbers = [x for x in first if x == x]
    if len(first) <= DISTINCT:
        return set(first.values())
    odd = [x for x in numbers if x % 1 > 0][:1]
    telling = {min(numbers), max(numbers), *odd, nan}
    return {i for x, i in first.items() if x in telling}
