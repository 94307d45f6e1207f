"""Diagnosis: the mistakes of the table that explain outcomes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from microgradlike.testing.grading.mistakes import (
    IN_PLACE,
    MISTAKES,
    NOT_RESET,
    REFLECTED,
)
from microgradlike.testing.grading.outcomes import Outcome
from microgradlike.testing.grading.simulation import Mistake, simulated


@dataclass(frozen=True)
class Judged:
    """An outcome beside the right numbers: right, wrong, or absent."""

    outcome: Outcome
    value: float
    gradients: dict[str, float]
    verdict: str


@dataclass(frozen=True)
class Finding:
    """A mistake, None if no known one fits, with the outcomes that it explains, the smallest first."""

    mistake: Mistake | None
    explains: tuple[Judged, ...]


def judged(outcomes: Iterable[Outcome]) -> list[Judged]:
    """Each outcome with its verdict; one that needs an absent operation is absent, too."""
    missing: set[str] = set()
    answers = []
    for outcome in outcomes:
        trial = outcome.trial
        y, leaves = trial.graph(outcome.point)
        gradients = {n: x.grad for n, x in leaves.items()} if trial.passes else {}
        absent = outcome.absent
        if outcome.error and trial.primitives() & missing:
            absent = True
        elif absent and not trial.optional:
            missing |= trial.primitives()
        right = not absent and _is_right(outcome, y.data, gradients)
        verdict = "absent" if absent else "right" if right else "wrong"
        answers.append(Judged(outcome, y.data, gradients, verdict))
    return answers


def findings(answers: list[Judged]) -> list[Finding]:
    """The mistakes that explain the wrong outcomes, and a finding without one for the others."""
    graded = [j for j in answers if not j.outcome.trial.note]
    open_ = [j for j in graded if j.verdict == "wrong"]
    found = []
    changed = [j for j in open_ if _changes_data(j.outcome)]
    if changed:
        found.append(Finding(IN_PLACE, tuple(changed)))
    left = [j for j in graded if j.verdict == "absent" and _is_reflected(j, graded)]
    if left:
        found.append(Finding(REFLECTED, tuple(left)))
    open_ = [j for j in open_ if not _changes_data(j.outcome)]
    calm = [j for j in graded if j.verdict == "right" and j.outcome.trial.passes]
    chosen: tuple[Mistake, ...] = ()
    unknown = []
    while open_:
        fits = [m for m in MISTAKES if _fits(open_[0], (*chosen, m))]
        scored = [
            (sum(_fits(j, (*chosen, m)) for j in open_), m)
            for m in fits
            if all(_fits(j, (*chosen, m)) for j in calm)
        ]
        if not scored or open_[0].outcome.error:
            unknown.append(open_.pop(0))
            continue
        _, best = max(scored, key=lambda pair: pair[0])
        chosen = (*chosen, best)
        explained = [j for j in open_ if _fits(j, chosen)]
        found.append(Finding(best, tuple(explained)))
        open_ = [j for j in open_ if j not in explained]
    if unknown:
        found.append(Finding(None, tuple(unknown)))
    order = {id(j): k for k, j in enumerate(answers)}
    return sorted(found, key=lambda f: (f.mistake is None, order[id(f.explains[0])]))


def notes(answers: list[Judged]) -> list[str]:
    """Remarks on a second backward pass and on long chains, which are no reason for a bad grade."""
    return [text for j in answers if j.outcome.trial.note and (text := _note(j))]


def _note(j: Judged) -> str:
    outcome = j.outcome
    if outcome.trial.passes == 1:
        return f"a sum of 10,000 terms: {outcome.error}" if outcome.error else ""
    if outcome.error or j.verdict == "right":
        return ""
    twice, once = outcome.gradients["a"], j.gradients["a"]
    if twice is None or _close(twice, 2 * once):
        return ""
    text = f"{outcome.trial.text}: a second backward() makes a.grad {twice:g} after {once:g}"
    if _close(twice, 3 * once) or _close(twice, 4 * once):
        text += f": {NOT_RESET.name}. {NOT_RESET.why}. The way out: {NOT_RESET.way_out}"
    return text


def _is_right(outcome: Outcome, value: float, gradients: dict[str, float]) -> bool:
    if outcome.error or _changes_data(outcome):
        return False
    return _agrees(outcome, value, gradients)


def _changes_data(outcome: Outcome) -> bool:
    return any(outcome.data[name] != x for name, x in outcome.point.items() if name in outcome.data)


def _fits(j: Judged, mistakes: tuple[Mistake, ...]) -> bool:
    """True if the mistakes can give the numbers of an outcome."""
    if j.outcome.error:
        return False
    y, leaves = j.outcome.trial.graph(j.outcome.point)
    return any(_agrees(j.outcome, v, g) for v, g in simulated(y, leaves, mistakes))


def _agrees(outcome: Outcome, value: float, gradients: dict[str, float]) -> bool:
    return _close(outcome.value, value) and all(
        _close(x, gradients[name]) for name, x in outcome.gradients.items()
    )


def _close(x: float | None, y: float) -> bool:
    return math.isclose(x or 0.0, y, rel_tol=1e-5, abs_tol=1e-7)


def _is_reflected(j: Judged, answers: list[Judged]) -> bool:
    """True for `2 + a` where `a + 2` is right."""
    left, _, right = j.outcome.trial.text.partition(" ")
    turned = f"{right[2:]} {right[:1]} {left}"
    return left == "2" and right[:2] != "**" and turned in {
        k.outcome.trial.text for k in answers if k.verdict == "right"
    }
