"""Neuron, Layer, MLP."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, functions, jit, ops, unary
from microgradlike.graph import topological
from microgradlike.nn import MLP, SGD, Layer, Neuron, activations, fit, initialisation, mse
from microgradlike.scalar import Scalar
from tests.bits import same_bits

WIDTH = st.integers(1, 5)


def data(module):
    return [p.data for p in module.parameters()]


# micrograd's behaviour


@given(WIDTH, st.lists(WIDTH, min_size=1, max_size=3), st.integers())
def test_weights_are_drawn_as_micrograd_draws_them(nin, nouts, seed):
    random.seed(seed)
    model = MLP(nin, nouts)
    after = random.random()
    random.seed(seed)
    for width, layer in zip([nin, *nouts], model.layers):
        for neuron in layer.neurons:
            assert data(neuron) == [random.uniform(-1, 1) for _ in range(width)] + [0.0]
    assert random.random() == after


def test_the_reprs_are_micrograds():
    assert repr(Neuron(3)) == "ReLUNeuron(3)"
    assert repr(Neuron(3, nonlin=False)) == repr(Neuron(3, False)) == "LinearNeuron(3)"
    assert repr(Layer(1, 2)) == "Layer of [ReLUNeuron(1), ReLUNeuron(1)]"
    assert repr(MLP(2, [1, 1])) == "MLP of [Layer of [ReLUNeuron(2)], Layer of [LinearNeuron(1)]]"


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=5), st.booleans())
def test_a_neuron_adds_from_the_bias_on(x, nonlin):
    neuron = Neuron(len(x), nonlin)
    act = neuron.b.data
    for w, xi in zip(neuron.w, x):
        act = act + w.data * xi
    assert neuron(x).data == (max(act, 0.0) if nonlin else act)
    assert neuron([Value(xi) for xi in x]).data == neuron(x).data


def test_a_layer_of_one_neuron_gives_its_output_itself():
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert len(Layer(2, 3)([1.0, 2.0])) == 3


@pytest.mark.parametrize("width", [1, 3])
def test_outputs_are_a_list_for_any_width(width):
    model = MLP(2, [4, width], rng=random.Random(0))
    out, outputs = model([1.0, 2.0]), model.outputs([1.0, 2.0])
    same = [out] if width == 1 else out
    assert [v.data for v in outputs] == [v.data for v in same]
    assert {v.scope.path[0] for v in outputs} == {"MLP"}


def test_only_the_last_layer_is_linear():
    assert [n.nonlin for layer in MLP(1, [1, 1, 1]).layers for n in layer.neurons] == [
        True,
        True,
        False,
    ]


def test_an_mlp_may_have_a_layer_of_one_in_its_middle():
    assert len(MLP(2, [1, 3])([1.0, 2.0])) == 3


@pytest.mark.parametrize("x", [(1.0, 2.0), np.array([1.0, 2.0]), [1, np.int64(2)], [Value(1.0), 2]])
def test_inputs_come_in_any_sequence(x):
    model = MLP(2, [3, 1])
    assert model(x).data == model([1.0, 2.0]).data


def test_widths_may_be_numpy_integers():
    assert len(MLP(np.int64(2), (np.int64(3), 1)).parameters()) == 13


# activation, initialisation, generator


@pytest.mark.parametrize("name", sorted(activations.NAMED))
def test_an_activation_is_chosen_by_name(name):
    neuron = Neuron(1, activation=name)
    (w,) = neuron.w
    assert same_bits(neuron([0.5]).data, activations.NAMED[name](Value(0.0 + w.data * 0.5)).data)
    assert repr(neuron).endswith("Neuron(1)")


def test_an_activation_may_be_a_function_or_a_primitive():
    cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    assert repr(Neuron(1, activation=cube)) == "CubeNeuron(1)"
    assert Neuron(1, activation=cube)([1.0]).op is cube
    assert repr(Neuron(1, activation=functions.gelu)) == "GeluNeuron(1)"
    assert Neuron(1, activation=lambda x: x * 2.0)([1.0]).op is ops.mul
    assert Neuron(1, activation=ops.tanh).activation == "tanh"


def test_every_neuron_but_the_last_has_the_activation():
    model = MLP(1, [1, 1], activation="tanh")
    used = [v.op.name for v in topological(model([1.0])) if v.op]
    assert used.count("tanh") == 1
    assert "relu" not in used


@pytest.mark.parametrize(
    ("init", "variance"), [("micrograd", 1 / 3), ("kaiming", 2 / 10), ("xavier", 2 / 40)]
)
def test_initialisation_has_the_variance_of_its_paper(init, variance):
    weights = [w.data for n in Layer(10, 30, init=init, rng=random.Random(1)).neurons for w in n.w]
    measured = sum(w * w for w in weights) / len(weights)
    # 300 draws: the mean of squares errs by less than variance × √(2/300), five times
    assert abs(measured - variance) < 5 * variance * math.sqrt(2 / 300)


def test_initialisation_may_be_a_function():
    layer = Layer(2, 3, init=lambda rng, nin, nout: nin * 10 + nout)
    assert data(layer) == [23.0, 23.0, 0.0] * 3


def test_a_generator_of_ones_own_leaves_the_shared_one_alone():
    random.seed(5)
    first = random.random()
    random.seed(5)
    assert data(MLP(2, [2, 1], rng=random.Random(1))) == data(MLP(2, [2, 1], rng=random.Random(1)))
    assert random.random() == first


def test_every_named_initialisation_is_deterministic():
    for draw in initialisation.NAMED.values():
        assert draw(random.Random(3), 2, 2) == draw(random.Random(3), 2, 2)


# errors


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: Neuron(0), ValueError, "nin must be at least 1, got 0"),
        (lambda: Neuron(2.0), TypeError, r"nin must be a whole number, got 2\.0 of type float"),
        (lambda: Neuron(True), TypeError, "nin must be a whole number, got True"),
        (lambda: Layer(1, -1), ValueError, "nout must be at least 1, got -1"),
        (lambda: MLP(2, []), ValueError, "at least one layer"),
        (lambda: MLP(2, 3), TypeError, r"list of widths, got 3; write \[3\]"),
        (lambda: MLP(2, [3, "1"]), TypeError, "nout must be a whole number, got '1' of type str"),
        (lambda: Neuron(1, activation="rleu"), ValueError, "no activation is called 'rleu'.*relu"),
        (lambda: Neuron(1, activation=3), TypeError, "name or a function, got 3 of type int"),
        (lambda: Neuron(1, init="he"), ValueError, "no initialization is called 'he'.*kaiming"),
        (lambda: Neuron(1, init=0.0), TypeError, r"function of \(rng, nin, nout\), got 0\.0"),
        (lambda: MLP(2, [1], rng=3), TypeError, r"got 3 of type int; .* rng=random.Random\(seed\)"),
        (
            lambda: Neuron(1, rng=random.Random),
            TypeError,
            "rng must be a random.Random, got <class",
        ),
    ],
)
def test_a_wrong_argument_says_what_is_right(make, error, says):
    with pytest.raises(error, match=says):
        make()


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 2.0, 3.0]])
def test_another_number_of_inputs_is_a_value_error(x):
    with pytest.raises(ValueError, match=rf"ReLUNeuron\(2\) takes .* 2 input\(s\), got {len(x)}"):
        MLP(2, [3, 1])(x)


@pytest.mark.parametrize("x", [Value(1.0), 1.0, iter([1.0, 2.0])])
def test_what_is_no_sequence_is_a_type_error(x):
    with pytest.raises(TypeError, match=r"write \[x\] for a single one, list\(x\) for an iterator"):
        MLP(2, [3, 1])(x)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        ("ab", "input 0 is 'a' of type str"),
        ([1.0, None], "input 1 is None of type NoneType"),
        ([True, 1.0], "input 0 is True of type bool"),
        ([[1.0, 2.0], [3.0, 4.0]], r"input 0 is \[1.0, 2.0\] of type list; give it one example"),
    ],
)
def test_an_input_that_is_no_number_is_a_type_error(x, says):
    with pytest.raises(TypeError, match=rf"^ReLUNeuron\(2\) takes numbers or Values, but {says}"):
        MLP(2, [3, 1])(x)


def test_a_number_of_the_users_that_refuses_says_so_itself():
    class Stubborn(float):
        def __float__(self):
            raise TypeError("not today")

    with pytest.raises(TypeError, match="not today"):
        Neuron(1)([Stubborn(1.0)])


@pytest.mark.parametrize("points", [[[1.0, 2.0]] * 20, np.ones((20, 2)), [np.ones(2)] * 20])
def test_several_examples_are_sent_one_at_a_time(points):
    with pytest.raises(
        ValueError, match=r"(?s)got .*; give it .*\[model\(x\) for x in xs\]"
    ) as caught:
        MLP(2, [3, 1])(points)
    assert "make the model" not in str(caught.value)


@pytest.mark.parametrize("nouts", [[1], [3], [2, 1], [4, 2, 3]])
def test_the_last_layer_alone_is_linear(nouts):
    model = MLP(2, nouts)
    assert [{n.nonlin for n in layer.neurons} for layer in model.layers] == [
        {True} for _ in nouts[1:]
    ] + [{False}]


class Alone(Scalar):
    """A kind of number that goes with no other."""

    @classmethod
    def apply(cls, op, *operands):
        return NotImplemented


def test_an_input_of_a_kind_that_does_not_mix_keeps_its_own_error():
    with pytest.raises(TypeError, match="Alone"):
        Neuron(1)([Alone()])


class Frame:
    """Rows and columns as pandas has them: a loop over it gives the names of the columns."""

    ndim = 2

    def __len__(self):
        return 2

    def __iter__(self):
        return iter([0, 1])


SQUARE = np.arange(4.0).reshape(2, 2)
ROWS = [SQUARE, SQUARE.astype(object), list(SQUARE), tuple(SQUARE), SQUARE[:, :1], Frame()]
ROWS += [np.zeros((2, 2, 2)), [np.zeros(1), np.zeros(1)], np.zeros((2, 3)), np.zeros((3, 2))]


@pytest.mark.parametrize("make", [Neuron, lambda n: Layer(n, 2), lambda n: MLP(n, [2, 1])])
@pytest.mark.parametrize("rows", ROWS)
def test_rows_are_no_example_even_if_there_are_as_many_as_inputs(make, rows):
    with pytest.raises(ValueError, match=r"(?s)takes a sequence of 2 .* one example at a time: \["):
        make(2)(rows)


@pytest.mark.parametrize("options", [{}, {"batch": 0}, {"backend": "eager"}])
def test_rows_are_no_example_under_jit(options):
    rows = np.zeros((2, 2, 2)) if options.get("batch") == 0 else SQUARE
    with pytest.raises(ValueError, match="one example at a time"):
        jit(lambda x: MLP(2, [1])(x), **options)(rows)


@pytest.mark.parametrize("backend", ["eager", "numpy"])
@pytest.mark.parametrize("loss", ["mse", lambda model, x, y: mse(model(x), y)])
def test_rows_are_no_example_of_a_training(loss, backend):
    model = MLP(2, [1])
    options = {"epochs": 1, "progress": False, "backend": backend}
    with pytest.raises(ValueError, match="one example at a time"):
        fit(model, loss, ([SQUARE], [1.0]), optimizer=SGD(model.parameters(), lr=0.1), **options)


@pytest.mark.parametrize("x", [{0: 1.0, 1: 2.0}, {1.0, 2.0}, {0: 1.0, 1: 2.0}.keys(), b"ab"])
def test_what_is_in_no_order_of_numbers_is_refused(x):
    with pytest.raises(TypeError, match="write a list of the numbers, in the order of the weights"):
        MLP(2, [1])(x)


def test_an_array_without_an_axis_is_a_single_number():
    with pytest.raises(TypeError, match=r"write \[x\] for a single one"):
        Neuron(2)(np.array(2.0))
