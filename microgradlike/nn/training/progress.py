"""Progress: what is done so far, as a bar where tqdm is there and as lines where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Outcome = TypeVar("Outcome")
Figures = dict[str, str]  # what to say of an outcome, such as {"loss": "0.1234"}


def shown(
    outcomes: Iterable[Outcome],
    total: int,
    figures: Callable[[Outcome], Figures],
    *,
    unit: str = "epoch",
    done: int = 0,
) -> Iterator[Outcome]:
    """The outcomes as they come, the first of them number `done` + 1 of `total`.

    >>> import sys; tqdm, sys.modules["tqdm"] = sys.modules.get("tqdm"), None
    >>> outcomes = list(shown([0.5, 0.25], 2, lambda loss: {"loss": str(loss)}))
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
        for i, outcome in enumerate(outcomes, done + 1):
            if i % max(1, total // 10) == 0 or i == total:
                said = ", ".join(f"{name} {x}" for name, x in figures(outcome).items())
                print(f"  {unit} {i} of {total}: {said}", flush=True)
            yield outcome
        return
    with tqdm(total=total, initial=done, desc="  training", unit=f" {unit}s") as bar:
        for outcome in outcomes:
            bar.set_postfix(figures(outcome), refresh=False)
            bar.update()
            yield outcome
