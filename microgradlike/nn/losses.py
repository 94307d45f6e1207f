"""Losses: loss(prediction, target) of one example, or the mean over lists of both.

`nn.train.fit`, `viz.watch` and `viz.page` take them by name too, such as loss="hinge".
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast, overload

from microgradlike import functions
from microgradlike._validate import shown
from microgradlike.coerce import as_float
from microgradlike.op import Number
from microgradlike.ops import relu
from microgradlike.scalar import Scalar

if TYPE_CHECKING:
    from microgradlike.engine import Value

    Floats: TypeAlias = float | Iterable[float] | Iterable[Iterable[float]]
    Values: TypeAlias = Value | Iterable[Value | float] | Iterable[Iterable[Value | float]]

__all__ = [
    "LOSSES",
    "Loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge",
    "mse",
    "resolve",
]

_ONE = (float, int, Scalar)  # single numbers, recognized without an exception, which takes longer
_BOOLS = ("bool", "bool_")  # Python's and NumPy's: labels that mean 0 and 1


class Loss(Protocol):
    """A loss of one example, or its mean over a list of predictions and a list of targets."""

    __name__: str

    @overload
    def __call__(self, prediction: Floats, target: Floats) -> float: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, prediction: Values, target: Floats | Values) -> Value: ...


def _loss(of_one: Callable[[Number, Number], Number]) -> Loss:
    """Extend the loss of one example to lists of examples."""

    @functools.wraps(of_one)
    def loss(prediction: Number, target: Number) -> Number:
        if type(target).__name__ in _BOOLS:
            target = float(target)
        targets = _listed(target)
        if targets is None:
            return of_one(prediction, target)
        pairs = _pairs(of_one.__name__, prediction, targets)
        terms: list[Number] = []
        try:
            for p, t in pairs:
                known = isinstance(t, _ONE) and type(t) is not bool
                terms.append(of_one(p, t) if known else loss(p, t))
        except (TypeError, ValueError) as error:
            error.add_note(f"in example {len(terms)}")
            raise
        return functions.mean(terms)

    return cast(Loss, loss)


@_loss
def mse(prediction: Number, target: Number) -> Number:
    """The squared error (prediction - target)²; the mean squared error of lists.

    Prediction and target are numbers or Values, or lists of equal length. Raises ValueError for
    lists of different or no length, TypeError for anything but numbers.

    >>> mse(1.0, 4.0), mse([1.0, 2.0], [1.0, 4.0])
    (9.0, 2.0)
    """
    _require_numbers("mse", prediction, target)
    # a difference of NumPy's integers would wrap around
    return (_as_double(prediction) - _as_double(target)) ** 2


@_loss
def hinge(prediction: Number, target: Number) -> Number:
    """The margin error max(0, 1 - target × prediction) of a score, for targets -1 and 1.

    A list of scores with a list of targets gives the mean. A target that is not known yet, as in a
    function that `jit` records, is not checked. Raises ValueError for any other target and for
    lists of different or no length, TypeError for a prediction that is not a number.

    >>> hinge(0.5, -1), hinge([2.0, 0.5], [1, -1])
    (1.5, 0.75)
    """
    _require_numbers("hinge", prediction)
    if not isinstance(target, Scalar):
        if target not in (1, -1):
            raise ValueError(
                f"hinge takes targets -1 and 1, got {shown(target)}; for labels 0 and 1 write"
                " 2 * label - 1"
            )
        target = float(target)
    return relu(1 - target * prediction)


@_loss
def binary_cross_entropy(prediction: Number, target: Number) -> Number:
    """The surprise -log p at a target of 0 or 1, from a predicted probability p of 1.

    As in PyTorch, the prediction is a probability, such as `sigmoid` gives; the target may be one
    too. A certain and wrong prediction costs inf (PyTorch stops at 100). For scores before the
    sigmoid take `binary_cross_entropy_with_logits`, which keeps its digits. Lists give the mean.
    Raises ValueError for numbers outside [0, 1] and for lists of different or no length, TypeError
    for anything but numbers.

    >>> binary_cross_entropy(0.5, 1), binary_cross_entropy([0.5, 0.5], [0, 1])
    (0.6931471805599453, 0.6931471805599453)
    """
    _require_numbers("binary_cross_entropy", prediction, target)
    return functions.binary_cross_entropy(prediction, target)


@_loss
def binary_cross_entropy_with_logits(prediction: Number, target: Number) -> Number:
    """The surprise -log p at a target of 0 or 1, from a score: p is its sigmoid.

    The prediction is a logit, a score before the sigmoid; the target may be a probability. Accurate
    for any score. Lists give the mean. Raises ValueError for a target outside [0, 1] and for lists
    of different or no length, TypeError for anything but numbers.

    >>> binary_cross_entropy_with_logits(0.0, 1), binary_cross_entropy_with_logits([0.0], [0])
    (0.6931471805599453, 0.6931471805599453)
    """
    _require_numbers("binary_cross_entropy_with_logits", prediction, target)
    return functions.binary_cross_entropy_with_logits(prediction, target)


@_loss
def cross_entropy(prediction: Number, target: Number) -> Number:
    """The surprise -log softmax(prediction)[target] at the true class, from scores.

    As in PyTorch, the prediction is a list of logits, scores before the softmax, one per class; the
    target is the index of the true class. A list of predictions with a list of targets gives the
    mean. Raises ValueError for a target that is not the index of a class and for lists of different
    or no length, TypeError for anything but numbers.

    >>> cross_entropy([0.0, 0.0], 1), cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    (0.6931471805599453, 0.6931471805599453)
    """
    return functions.cross_entropy(prediction, target)


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (mse, hinge, binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy)
}
_NAMED: tuple[object, ...] = tuple(LOSSES.values())
# these check a target by itself, before a program is made that cannot
_CHECKED: tuple[object, ...] = (hinge, binary_cross_entropy, binary_cross_entropy_with_logits)


def resolve(loss: object, data: Sequence[Any]) -> Callable[..., Number]:
    """The loss of one example as a function of the model and the parts of the example.

    `loss` is the name of one in LOSSES, a function of (prediction, target), or a function of the
    model and one argument for each part of `data`, such as (model, x, y). The first two need data
    of two parts, (inputs, targets), and predict by model(x). Required parameters tell the functions
    apart: two mean (prediction, target), if data has two parts. Raises ValueError for an unknown
    name or a target that the loss does not take, TypeError for any other function or object.

    >>> resolve("mse", ([1.0], [5.0]))(lambda x: 2 * x, 1.0, 5.0)
    9.0
    >>> resolve(lambda model, x: model(x) ** 2, ([1.0],))(lambda x: 2 * x, 1.0)
    4.0
    """
    compare = _named(loss) if isinstance(loss, str) else loss
    if not callable(compare):
        raise TypeError(
            f"loss must be a function or the name of one, got {shown(loss)} of type"
            f' {type(loss).__name__}; write "mse", or lambda prediction, target: ...'
        )
    if not _compares(compare, len(data)):
        return compare
    if compare in _CHECKED:
        _require_targets(cast(Loss, compare), data[1])
    is_named = compare in _NAMED

    def loss_of_example(model: Callable[[object], Number], x: object, y: object) -> Number:
        prediction = model(x)
        try:
            return compare(prediction, y)
        except TypeError as error:
            if not is_named:
                error.add_note(
                    "loss was called as loss(prediction, target); for the form loss(model, x, y)"
                    " it needs three parameters"
                )
            raise

    return loss_of_example


def _require_targets(loss: Loss, targets: Sequence[Any]) -> None:
    """Raise what the loss raises for a target, at predictions that it takes."""
    listed = [_listed(target) for target in targets]
    predictions: Any = [0.5 if parts is None else [0.5] * len(parts) for parts in listed]
    loss(predictions, targets)


def _named(name: str) -> Loss:
    if name not in LOSSES:
        raise ValueError(
            f"no loss is called {shown(name)}; choose one of {', '.join(LOSSES)}, or pass a"
            " function of (prediction, target)"
        )
    return LOSSES[name]


def _compares(loss: Callable[..., Number], parts: int) -> bool:
    """True for loss(prediction, target), False for loss(model, *example); else TypeError."""
    import inspect  # here, as in _help.py

    try:
        signature = inspect.signature(loss)
    except (TypeError, ValueError):  # a builtin that does not tell
        return False
    free = [p for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
    required = [p for p in free if p.default is p.empty]
    if len(required) == parts == 2 and not any(p.kind is p.VAR_POSITIONAL for p in free):
        return True
    try:
        signature.bind(*range(1 + parts))
        fits = loss not in LOSSES.values()
    except TypeError:
        fits = False
    if fits:
        return False
    raise TypeError(
        f"loss takes {len(required)} argument(s), and data has {parts} part(s); write"
        " loss(prediction, target) for data of (inputs, targets), or loss(model, x, y) with one"
        " argument after the model for each part of data"
    )


def _require_numbers(loss: str, prediction: object, target: object = 0.0) -> None:
    if not isinstance(prediction, Scalar) and as_float(prediction) is None:
        noun, x = "prediction", prediction
    elif not isinstance(target, Scalar) and as_float(target) is None:
        noun, x = "target", target
    else:
        return
    raise TypeError(
        f"{loss} takes numbers or Values, but a {noun} is {shown(x)} of type {type(x).__name__};"
        " give it one number per example, or a list of predictions with a list of targets"
    )


def _as_double(x: Number) -> Number:
    return x if isinstance(x, Scalar) else as_float(x)


def _pairs(loss: str, prediction: object, targets: list[object]) -> list[tuple[object, object]]:
    predictions = _listed(prediction)
    if predictions is None:
        raise TypeError(
            f"{loss} takes a list of predictions with a list of targets, got {shown(prediction)} of"
            f" type {type(prediction).__name__}; write [prediction], or give one target"
        )
    if len(predictions) != len(targets):
        raise ValueError(
            f"{loss} takes one target per prediction, got {len(predictions)} prediction(s) and"
            f" {len(targets)} target(s)"
        )
    if not targets:
        raise ValueError(f"{loss} is a mean over a batch, got an empty one; pass an example")
    return list(zip(predictions, targets))


def _listed(xs: Any) -> list[object] | None:
    """The elements of a sequence; None for anything that has none, and for text."""
    if isinstance(xs, (*_ONE, str)):
        return None
    try:
        elements = iter(xs)
    except TypeError:
        return None
    return list(elements)
