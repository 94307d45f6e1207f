"""Progress of a loop: a bar by tqdm, or lines of text without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from microgradlike._html import in_notebook

Outcome = TypeVar("Outcome")
TRAINING = "training"
Metrics = dict[str, str]  # names and texts beside the bar, such as {"loss": "0.1234"}


def with_progress(
    outcomes: Iterable[Outcome],
    total: int,
    metrics: Callable[[Outcome], Metrics],
    *,
    unit: str = "epoch",
    done: int = 0,
    first: str = "",
) -> Iterator[Outcome]:
    """Yield the outcomes as they come, and report each one, counted from `done` + 1, of `total`.

    `metrics` gives the texts that are shown beside an outcome. `first` names the work before the
    first outcome, such as "compiling", which no rate counts.

    >>> import sys; tqdm, sys.modules["tqdm"] = sys.modules.get("tqdm"), None
    >>> outcomes = list(with_progress([0.5, 0.25], 2, lambda loss: {"loss": str(loss)}))
      (for a progress bar: python -m pip install 'microgradlike[progress]')
      epoch 1 of 2: loss 0.5
      epoch 2 of 2: loss 0.25
    >>> if tqdm is None: del sys.modules["tqdm"]
    ... else: sys.modules["tqdm"] = tqdm
    """
    try:
        from tqdm import tqdm
    except ImportError:
        print("  (for a progress bar: python -m pip install 'microgradlike[progress]')")
        if first:
            print(f"  {first}", flush=True)
        for i, outcome in enumerate(outcomes, done + 1):
            if i % max(1, total // 10) == 0 or i == total:
                shown = ", ".join(f"{name} {text}" for name, text in metrics(outcome).items())
                print(f"  {unit} {i} of {total}: {shown}", flush=True)
            yield outcome
        return
    label = f"  {first or TRAINING}"
    file: Any = _Cell() if in_notebook() else None
    with tqdm(total=total, initial=done, desc=label, unit=f" {unit}s", file=file) as bar:
        for outcome in outcomes:
            if bar.n == done:
                bar.set_description(f"  {TRAINING}", refresh=False)
                bar.unpause()
            bar.set_postfix(metrics(outcome), refresh=False)
            bar.update()
            yield outcome


class _Cell:
    """A line in a notebook's cell, for tqdm to write to; stderr would keep a line per update."""

    encoding = "utf-8"

    def __init__(self) -> None:
        from IPython.display import display

        self.handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        if text.strip():
            self.handle.update({"text/plain": text.strip()}, raw=True)

    def flush(self) -> None: ...
