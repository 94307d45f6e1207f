"""points and programs: inside the domain, with shared results, and shrinking well."""

import math
import subprocess
import sys

import pytest
from hypothesis import Phase, find, given, settings, strategies as st

from microgradlike import Value, ops
from microgradlike.graph import topological
from microgradlike.ops import TABLE, unary
from microgradlike.testing import Instruction, StraightLine, check_primitive, points, programs

PRIMITIVES = list(TABLE.values())


def in_domain(x, domain, margin):
    return any(low + margin <= x <= high - margin for low, high in domain)


def test_points_are_those_of_a_primitive():
    with pytest.raises(TypeError, match=r"points takes a primitive, got 'tanh'; make one with"):
        points("tanh")


@given(st.sampled_from(PRIMITIVES).flatmap(lambda op: st.tuples(st.just(op), points(op))))
def test_points_are_inside_the_domain_finite_and_away_from_kinks(drawn):
    op, point = drawn
    assert len(point) == op.arity
    assert all(in_domain(x, domain, 1e-3) for x, domain in zip(point, op.domain))
    assert math.isfinite(op(*point))
    assert op.kink is None or op.kink(*point) >= 1e-3


@given(st.sampled_from(PRIMITIVES).flatmap(lambda op: points(op, bound=4.0, margin=0.25)))
def test_points_keep_to_the_bound(point):
    assert all(abs(x) <= 4.0 for x in point)


def test_a_domain_beyond_the_bound_is_a_clear_error():
    far = unary("far", lambda x: x, lambda y, x: 1.0, domain=(((1000.0, math.inf),),))
    with pytest.raises(ValueError, match=r"far has no operand in .* within 100.0 .*larger bound"):
        points(far)


@given(programs())
def test_every_instruction_of_a_program_matters_to_its_result(program):
    inputs = len(program.point)
    used = {x for i in program.instructions for x in i.operands if isinstance(x, int)}
    results = range(inputs, inputs + len(program.instructions) - 1)
    assert set(results) <= used
    assert 1 <= len(program.instructions) <= 12


@given(programs(margin=0.05))
def test_a_program_runs_at_its_point_without_leaving_a_domain(program):
    slots = list(program.point)
    for op, operands in ((i.op, i.operands) for i in program.instructions):
        at = [slots[x] if isinstance(x, int) else x for x in operands]
        assert all(in_domain(x, domain, 0.05) for x, domain in zip(at, op.domain))
        assert op.kink is None or op.kink(*at) >= 0.05
        slots.append(op(*at))
    assert all(abs(x) <= 100 for x in slots)
    assert program(*program.point) == slots[-1]


@given(programs(ops=[ops.where, ops.mul], margin=0.5))
def test_a_condition_in_a_program_is_well_away_from_changing(program):
    slots = list(program.point)
    for op, operands in ((i.op, i.operands) for i in program.instructions):
        at = [slots[x] if isinstance(x, int) else x for x in operands]
        assert not op.chooses or isinstance(operands[0], float) or abs(at[0]) >= 0.5
        slots.append(op(*at))


@given(programs())
def test_a_program_gives_the_same_number_for_floats_and_for_values(program):
    y = program(*[Value(x) for x in program.point])
    assert y.data == program(*program.point)


@given(programs())
def test_the_text_of_a_program_is_the_program(program):
    scope = {}
    exec(str(program), scope)
    assert scope["f"](*program.point) == program(*program.point)


@given(programs(smooth=True, inputs=2, min_size=3, max_size=5, ops=[ops.relu, ops.mul, ops.tanh]))
def test_options_of_programs_hold(program):
    assert {i.op for i in program.instructions} <= {ops.mul, ops.tanh}
    assert len(program.point) == 2
    assert 3 <= len(program.instructions) <= 5


@pytest.mark.parametrize(
    "options", [{"min_size": 3, "max_size": 2}, {"inputs": 0}, {"ops": [ops.relu], "smooth": True}]
)
def test_impossible_options_are_a_clear_error(options):
    with pytest.raises(ValueError, match="there is no program of"):
        find(programs(**options), lambda program: True)


def has_diamond(program):
    """True if a result other than an input is used twice, unlike in a tree."""
    used = [x for i in program.instructions for x in i.operands if isinstance(x, int)]
    return any(used.count(x) > 1 for x in used if x >= len(program.point))


QUIET = settings(derandomize=True, database=None, max_examples=1000)


FEW = [ops.add, ops.mul, ops.tanh]


def test_programs_share_results_and_shrink_to_a_few_instructions():
    smallest = find(programs(ops=FEW, inputs=1), has_diamond, settings=QUIET)
    assert len(smallest.instructions) == 2


def test_shrinking_deletes_instructions_without_effect():
    def has_tanh_of_product(program):
        y = program(*[Value(x) for x in program.point])
        made = [v for v in topological(y) if v.op is ops.tanh]
        return any(isinstance(x, Value) and x.op is ops.mul for v in made for x in v.operands)

    smallest = find(programs(ops=FEW), has_tanh_of_product, settings=QUIET)
    assert [i.op for i in smallest.instructions] == [ops.mul, ops.tanh]


def test_every_primitive_turns_up_in_programs():
    seen = set()

    def all_seen(program):
        seen.update(i.op for i in program.instructions)
        return seen == set(PRIMITIVES)

    assert find(programs(), all_seen, settings=settings(QUIET, phases=[Phase.generate]))


def test_a_program_takes_as_many_numbers_as_its_point_has():
    program = StraightLine((1.0, 2.0), (Instruction(ops.add, (0, 1)),))
    with pytest.raises(TypeError, match=r"takes 2 number\(s\), got 1"):
        program(1.0)


def test_a_program_prints_negative_constants_in_brackets_and_foreign_primitives_by_name():
    twice = unary("twice", lambda x: 2 * x, lambda y, x: 2.0)
    program = StraightLine((2.0,), (Instruction(ops.mul, (-3.0, 0)), Instruction(twice, (1,))))
    assert str(program) == "def f(x0):\n    v1 = (-3.0) * x0\n    v2 = twice(v1)\n    return v2"


def test_a_failing_program_is_shown_as_python():
    @settings(QUIET, report_multiple_bugs=False)
    @given(programs(ops=[ops.tanh]))
    def fails(program):
        raise ArithmeticError

    with pytest.raises(ArithmeticError) as caught:
        fails()
    shown = "\n".join(caught.value.__notes__)
    assert "f(0.0) where" in shown
    assert "v1 = tanh(x0)" in shown


def test_check_primitive_shrinks_to_a_simple_point():
    cube = unary("cube", lambda x: x * x * x, lambda y, x: 2 * x * x)
    with pytest.raises(AssertionError, match="dcube/dx") as caught:
        check_primitive(cube)
    assert caught.value.report.partials[0].at == 1.0


def test_check_primitive_wants_a_primitive_whose_forward_gives_a_float():
    with pytest.raises(TypeError, match=r"takes a primitive, got <built-in.*; make one with unary"):
        check_primitive(math.sin)
    count = unary("count", lambda x: 1, lambda y, x: 0.0)
    with pytest.raises(TypeError, match=r"count\(.*\) gives 1 of type int;.*write float"):
        check_primitive(count)


def test_check_primitive_warns_if_no_point_decides():
    far = (((1.0, math.inf),),)
    rough = unary("rough", lambda x: math.sin(1e30 * x), lambda y, x: 0.0, domain=far)
    with pytest.warns(UserWarning, match="drough/dx could be checked at none of 5 points"):
        check_primitive(rough, examples=5)


def test_a_domain_that_is_too_large_is_found():
    root = unary("root", ops.sqrt.forward, ops.sqrt.partials[0])
    with pytest.raises(ValueError, match=r"root\(-\d.*\) is nan"):
        check_primitive(root)


def test_without_hypothesis_the_check_works_and_the_rest_names_the_extra():
    script = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from microgradlike import testing\n"
        "assert testing.check_gradients(lambda x: x * x, 3.0).partials[0].analytic == 6.0\n"
        "from microgradlike.testing import *\n"
        "assert check_gradients and 'programs' not in globals()\n"
        "try: testing.programs\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert 'pip install "microgradlike[testing]"' in done.stdout


def test_the_extra_is_named_in_the_same_process_too(monkeypatch):
    from microgradlike import testing

    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "microgradlike.testing.strategies.points")
    with pytest.raises(ImportError, match=r"testing.points draws examples with Hypothesis"):
        testing.points


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    from microgradlike import testing

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        testing.nonsense


def test_import_star_and_dir_have_the_names_that_need_hypothesis():
    from microgradlike import testing

    scope = {}
    exec("from microgradlike.testing import *", scope)
    assert scope["check_primitive"] is check_primitive
    assert {"points", "programs", "check_gradients", "GradientError"} <= set(scope)
    assert {"points", "programs", "check_primitive", "Report"} <= set(dir(testing))
