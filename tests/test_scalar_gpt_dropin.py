"""A scalar-GPT script written against a bare Value class runs by replacing that class."""

from hypothesis import given, settings, strategies as st

from benchmarks.shared import scalar_gpt as script
from benchmarks.shared.peers import TupleValue as Bare
from microgradlike import Value

SIZES = {"vocabulary": 5, "width": 4, "context": 6}


def train(value, documents, *, seed, rate=0.1):
    """The losses, and the parameters after a step on each document."""
    parameters = script.make_parameters(value, seed=seed, **SIZES)
    losses = []
    for tokens in documents:
        loss = script.document_loss(parameters, tokens, heads=2)
        loss.backward()
        losses.append(loss.data)
        for p in script.flat(parameters):
            p.data -= rate * p.grad
            p.grad = 0
    return losses, [p.data for p in script.flat(parameters)]


documents = st.lists(
    st.lists(st.integers(0, SIZES["vocabulary"] - 1), min_size=2, max_size=5),
    min_size=1,
    max_size=2,
)


@settings(max_examples=15, deadline=None)
@given(documents, st.integers(0, 2**32))
def test_training_with_ours_in_place_of_the_bare_class_gives_the_same_numbers(documents, seed):
    losses, parameters = train(Value, documents, seed=seed)
    bare_losses, bare_parameters = train(Bare, documents, seed=seed)
    # a / b is a * b**-1 there and one rounding here, some hundred times over: 1e-16 grows to 1e-13
    assert max(abs(a - b) for a, b in zip(losses, bare_losses)) < 1e-12
    assert max(abs(a - b) for a, b in zip(parameters, bare_parameters)) < 1e-12
    assert parameters != [
        p.data for p in script.flat(script.make_parameters(Value, seed=seed, **SIZES))
    ]
