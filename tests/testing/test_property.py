"""gradient_property: a function becomes a test that finds its wrong derivatives."""

import inspect
import subprocess
import sys
from types import FunctionType

import numpy as np
import pytest
from hypothesis import strategies as st

from microgradlike import Value, hypot, log, nn, sin, tanh, unary
from microgradlike.testing import CheckStatistics, GradientError, GradientWarning, gradient_property

wrong_cube = unary("wrong_cube", lambda x: x * x * x, lambda y, x: 2 * x * x)


def drawn(f, *args, **options):
    """The points at which the property of f runs f."""
    seen = []

    def looking(x, y=2.0):
        seen.append((x, y))
        return f(x, y)

    gradient_property(*args, **{"examples": 10, "order": 1, **options})(looking)()
    return seen


def data(x):
    return x.data if isinstance(x, Value) else getattr(x, "primal", x)


def test_a_right_function_passes_and_its_points_are_counted():
    @gradient_property(x=(-3, 3), w=[(-1, 1)] * 2, examples=30)
    def line(x, w):
        return w[0] * x + w[1]

    assert line() is None
    assert line.statistics.points == 30
    assert line.statistics.count("agrees", 1) == 3 * 30
    assert line.statistics.count("agrees", 2) == 9 * 30
    assert "90 first derivatives at 30 points agree" in line.statistics.summary(30)


def test_a_wrong_function_fails_at_the_simplest_point_with_table_and_drawing_code():
    @gradient_property(x=(0.5, 9.5), k=(3, 8))
    def mistaken(x, k):
        return wrong_cube(x) * k

    with pytest.raises(GradientError) as caught:
        mistaken()
    message = str(caught.value)
    assert "gradient of mistaken, value 3: 1 of 2 first derivatives wrong" in message
    assert 'y = mistaken(Value(1.0, "x"), Value(3.0, "k"))' in message
    assert "x=1.0" in "\n".join(caught.value.__notes__)


def test_points_keep_to_their_intervals_and_a_number_is_drawn_from_ten_around_zero():
    seen = drawn(lambda x, y: x * y, y=(2, 3), examples=50)
    xs, ys = zip(*[(data(x), data(y)) for x, y in seen])
    assert all(-10.1 < x < 10.1 for x in xs)  # differences go slightly beyond the interval
    assert min(xs) < -5
    assert max(xs) > 5
    assert all(1 < y < 4 for y in ys)


def test_a_default_stays_where_nothing_is_drawn_for_it():
    assert {y for _, y in drawn(lambda x, y: x * y)} == {2.0}
    gradient_property(lambda x, *, scale=2.0, **options: x * scale, examples=2)()
    both = gradient_property(y=(0, 1), examples=2)(lambda k=2.0, y=1.0: k * y)
    both()
    assert both.statistics.count("agrees", 1) == 4  # k stays at 2.0: y comes after it


@pytest.mark.parametrize(
    ("range_", "kind"),
    [
        (st.floats(1, 2), Value),
        (st.lists(st.floats(0, 1), min_size=1, max_size=3), list),
        (((0, 1), (2, 3), 4), tuple),
        ({"a": (0, 1), "b": [(0, 1)]}, dict),
        (np.array([1.0, 2.0]), np.ndarray),
        (0.5, Value),
        (nn.Neuron(1), nn.Neuron),
    ],
    ids=["strategy", "strategy of lists", "tuple", "dict", "array", "number", "module"],
)
def test_a_range_may_be_many_things(range_, kind):
    kinds = []

    def f(x):
        kinds.append(type(x))
        return Value(1.0) * 1.0

    gradient_property(x=range_, examples=3, order=1)(f)()
    assert issubclass(kinds[0], kind)  # an array of numbers is an ndarray


def test_without_ranges_every_argument_is_drawn():
    @gradient_property
    def product(x, w):
        return x * w

    product()
    assert product.statistics.points == 100


def test_primitives_and_functions_elsewhere_can_be_properties():
    gradient_property(tanh, examples=5)()
    test_hypot = gradient_property(a=(1, 2), b=(-1, 1), examples=5)(hypot)
    test_hypot()
    assert test_hypot.statistics.count("agrees", 1) == 10


def test_an_argument_named_like_an_option_goes_into_a_dict():
    @gradient_property({"order": (1, 2)}, seed=3, examples=7)
    def f(order):
        return order * order

    f()
    assert f.statistics.points == 7


def test_order_is_the_highest_order_checked():
    property_of = [gradient_property(order=n, examples=3)(lambda x: x.sin()) for n in (1, 2, 3)]
    for n, test in enumerate(property_of, start=1):
        test()
        assert sorted(test.statistics.largest) == list(range(1, n + 1))


def test_the_points_are_the_same_at_every_run_and_others_for_another_seed():
    def points(**options):
        return [data(x) for x, _ in drawn(lambda x, y: x * y, **options)]

    assert points() == points() != points(seed=1)
    assert points(seed=None) != points(seed=None)


# kinks, edges, undecided derivatives


def test_kinks_are_counted():
    @gradient_property(x=st.sampled_from([-1.0, 0.0, 1.0]))
    def bent(x):
        return abs(x)

    bent()
    assert (bent.statistics.count("kink"), bent.statistics.points) == (1, 3)


def test_points_outside_of_the_domain_are_skipped_and_others_drawn():
    def root(x):
        if x.data > 0.5:
            raise ValueError("not there")
        return log(x)

    test = gradient_property(x=(-1, 1), examples=20, order=1)(root)
    test()
    assert test.statistics.points == 20
    assert any(why.endswith("f is nan") for why in test.statistics.skipped)
    assert any(why.endswith("ValueError: not there") for why in test.statistics.skipped)
    assert "points skipped, the first [" in test.statistics.summary(20)


def test_a_range_without_a_point_in_the_domain_is_an_error():
    with pytest.raises(ValueError, match=r"none of \d+ drawn points could .* \[-?\d.*\]: f is nan"):
        gradient_property(x=(-2, -1))(log)()


def test_a_derivative_that_no_point_decides_is_a_warning():
    rough = unary("rough", lambda x: np.sin(1e30 * x), lambda y, x: 0.0)
    with pytest.warns(GradientWarning, match="drough/dx could be checked at none of 5 points"):
        gradient_property(x=(1, 2), examples=5, order=1)(rough)()


def test_a_partial_that_takes_numbers_only_is_one_warning():
    sine = unary("sine", lambda x: float(np.sin(x)), lambda y, x: float(np.cos(x)))
    with pytest.warns(GradientWarning, match="the partial of sine takes numbers only") as caught:
        gradient_property(sine)()
    assert len(caught) == 1


# functions and ranges that make no property


@pytest.mark.parametrize(
    ("f", "ranges", "error", "message"),
    [
        (sin, {"x": (3, -3)}, ValueError, r"x=\(3.0, -3.0\) is not an interval; give"),
        (sin, {"x": (0, float("inf"))}, ValueError, "is not an interval"),
        (sin, {"x": "0..1"}, TypeError, "x='0..1' is not a range; give an interval such as"),
        (sin, {"x": [(0, 1), None]}, TypeError, r"x\[1\]=None is not a range"),
        (sin, {"x": True}, TypeError, "x=True is not a range"),
        (lambda width: width, {"with": 1}, ValueError, "range for 'with', .* mean width"),
        (lambda *x: x[0], {}, TypeError, r"f takes \*x, .* wrap f in a"),
        (lambda *, x: x, {}, TypeError, "f takes x, a keyword-only argument, which cannot"),
        (lambda x=1.0: x, {}, TypeError, "no argument without a default"),
        (lambda self, x: x, {"x": ...}, TypeError, "no argument without a default"),
        (3, {}, TypeError, "takes a function, got 3"),
        (dict, {}, TypeError, "has no signature to read; wrap it in a def"),
        (sin, {"examples": 0}, ValueError, "examples must be at least 1, got 0"),
        (sin, {"order": 1.5}, TypeError, "order must be a whole number, got 1.5"),
    ],
)
def test_arguments_that_cannot_be_drawn_are_a_clear_error(f, ranges, error, message):
    with pytest.raises(error, match=message):
        gradient_property(**ranges)(f)


def test_a_test_called_with_other_arguments_is_a_clear_error():
    with_fixture = gradient_property(x=(0, 1), model=...)(lambda x, model: x * model)
    with pytest.raises(TypeError, match=r"f takes model from pytest; pass model by name"):
        with_fixture()
    with pytest.raises(TypeError, match=r"f draws its arguments, got \['k'\]; call f\(\)"):
        with_fixture(model=1.0, k=2.0)
    with pytest.raises(TypeError, match=r"f draws its arguments, .* call f\(self\)"):
        gradient_property(lambda self, x: x)()


def test_a_function_without_a_value_is_a_clear_error():
    with pytest.raises(TypeError, match=r"f returned 1.0 of type float, not a Value"):
        gradient_property(lambda x: 1.0)()


# under pytest

USERS = '''
import pytest
from microgradlike import tanh, unary
from microgradlike.testing import gradient_property

wrong = unary("wrong", lambda x: x * x, lambda y, x: x)

def neuron(w, x):
    """A neuron."""
    return tanh(w * x)

test_neuron = gradient_property(w=(-2, 2))(neuron)

@gradient_property(x=(-3, 3))
def test_square(x):
    return wrong(x)

@pytest.mark.skip(reason="later")
@gradient_property
def test_skipped(x):
    return wrong(x)

@gradient_property
@pytest.mark.skip(reason="later")
def test_skipped_too(x):
    return wrong(x)

@gradient_property
def not_collected(x):
    return wrong(x)
'''


def test_pytest_collects_it_and_shows_the_table_alone(tmp_path):
    (tmp_path / "test_users.py").write_text(USERS)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed, 2 skipped" in done.stdout
    assert "dtest_square/dx  1        1        2 " in done.stdout
    assert "draw(y).save" in done.stdout
    assert "FAILED test_users.py::test_square - microgradlike.testing.GradientError" in done.stdout
    assert "hypothesis" not in done.stdout.lower()


DECORATED = """
import pytest
from hypothesis import example, seed, settings
from microgradlike import nn, unary
from microgradlike.testing import gradient_property

wrong = unary("wrong", lambda x: x * x, lambda y, x: x)
SEEN = {}

@pytest.mark.parametrize("k", [1, 2])
@gradient_property(x=(-3, 3), examples=5)
def test_marked_outside(k, x):
    assert k in (1, 2)
    return x ** k

@gradient_property(examples=5)
@pytest.mark.parametrize(("k", "scale"), [(2, 0.5), (3, 1.5)])
@pytest.mark.parametrize(argnames="name", argvalues=["a", "b"])
def test_marked_inside(x, k, scale, name):
    assert isinstance(k, int) and name in "ab"
    return x ** k * scale

@pytest.fixture
def model():
    return nn.Neuron(2)

@gradient_property(x=[(-1, 1)] * 2, model=..., examples=5)
def test_fixture(model, x):
    return model(x)

@gradient_property(x=(-1, 1), model=..., examples=5)
def test_keyword_fixture(x, *, model):
    return model([x, 1.0])

class TestMethods:
    scale = 3.0

    @gradient_property(x=(-3, 3), examples=5)
    def test_method(self, x):
        return self.scale * x

    @pytest.mark.parametrize("k", [1, 2])
    @gradient_property(x=(-3, 3), model=..., examples=5)
    def test_everything(self, model, k, x):
        return model([x, k]) * self.scale

    @staticmethod
    @gradient_property(x=(-3, 3), examples=5)
    def test_static(x):
        return x * x

    @gradient_property(examples=5)
    @staticmethod
    def test_static_inside(x):
        return x * x

    @classmethod
    @gradient_property(examples=5)
    def test_of_class(cls, x):
        return x * cls.scale

    @gradient_property(examples=5)
    def test_wrong(self, x):
        return wrong(x)

@settings(max_examples=7)
@gradient_property
def test_settings_outside(x):
    return x * x

@gradient_property(examples=100)
@settings(max_examples=7)
def test_settings_inside(x):
    return x * x

@seed(5)
@gradient_property(examples=20)
def test_seed(x):
    SEEN.setdefault("seed", []).append(getattr(x, "data", 0.0))
    return x * x

@gradient_property(examples=20)
def test_other_seed(x):
    SEEN.setdefault("other", []).append(getattr(x, "data", 0.0))
    return x * x

@example(x=0.125)
@gradient_property(examples=5)
@example(x=0.375)
def test_example(x):
    SEEN.setdefault("example", []).append(getattr(x, "data", 0.0))
    return x * x

def test_what_they_did():
    assert test_settings_outside.statistics.points == 7
    assert test_settings_inside.statistics.points == 7
    assert SEEN["seed"] != SEEN["other"]
    assert {0.125, 0.375} <= set(SEEN["example"])
    assert test_example.statistics.points == 7
"""


def test_marks_fixtures_methods_and_decorators_of_hypothesis_work_in_any_order(tmp_path):
    (tmp_path / "test_users.py").write_text(DECORATED)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 20 passed" in done.stdout, done.stdout
    assert "FAILED test_users.py::TestMethods::test_wrong" in done.stdout
    assert "dtest_wrong/dx" in done.stdout


def test_the_signature_shows_what_pytest_provides_also_by_marks_set_later():
    @gradient_property(x=(0, 1), model=..., examples=2)
    def f(x, k, j, model):
        return x * k * model

    assert list(inspect.signature(f).parameters) == ["model"]
    marked = pytest.mark.parametrize("k, unknown", [(1, 2)])(f)  # noqa: PT006
    marked = pytest.mark.skip(reason="")(marked)
    marked = pytest.mark.parametrize(argnames=("j",), argvalues=[(1,)])(marked)  # noqa: PT006
    assert list(inspect.signature(marked).parameters) == ["model", "k", "j"]
    marked(model=3.0, k=2, j=1)
    assert set(marked.statistics.verdicts) == {("df/dx", 1, "agrees"), ("d²f/dx²", 2, "agrees")}


def test_a_method_stays_one_and_a_static_method_too():
    class Users:
        scale = 3.0

        @gradient_property(examples=2, order=1)
        def method(self, x):
            return x * self.scale

        @gradient_property(examples=2, order=1)
        @staticmethod
        def static(x):
            return x * x

    assert list(inspect.signature(Users.method).parameters) == ["self"]
    assert not inspect.signature(Users().method).parameters
    Users().method()
    Users.static()
    Users().static()
    assert Users.method.statistics.points == Users.static.statistics.points == 2


def test_a_derivative_that_most_points_leave_undecided_is_a_warning():
    large = st.sampled_from([0.0, 1e16, 1e17, 1e18])
    hidden = gradient_property(x=(0.5, 1), c=large, order=1, examples=20)
    with pytest.warns(GradientWarning, match=r"df/dx could be checked at only \d of 20 points"):
        hidden(lambda x, c: (x + c) - c)()


def test_the_test_is_a_function_with_the_name_of_the_tested_one():
    def neuron(w, x):
        """A neuron."""
        return tanh(w * x)

    test = gradient_property(neuron)
    assert isinstance(test, FunctionType)
    assert (test.__name__, test.__doc__, test.__module__) == ("neuron", "A neuron.", __name__)
    assert not hasattr(test, "__wrapped__")


def test_statistics_of_no_check_say_that_nothing_agreed():
    assert (
        CheckStatistics().summary(1)
        == "0 first derivatives at only 0 of 1 points agree with differences"
    )


def test_a_range_of_subnormal_numbers_alone_has_points():
    test = gradient_property(x=(1e-310, 1e-309), examples=5)(lambda x: 2.0 * x)
    test()
    assert test.statistics.points == 5


def test_points_stay_inside_a_small_domain():
    """Without the enclosure of the function two of 660 points would be inside."""
    test = gradient_property(x=(-1e6, 1e6), y=(-1, 1), examples=20)(
        lambda x, y: log(0.001 - abs(x - 7.3)) + y
    )
    test()
    assert test.statistics.points >= 20
