"""Digits in a picture: right ones per node, the nodes that lose them, and readable colors."""

import math
import re

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, cos, digits, jit, nn, sin
from microgradlike.testing import programs
from tests.viz.test_colors import luminance
from tests.viz.test_dot import drawn, legend, lines
from viz import draw
from viz.colors import LOST as LOST_BORDER, YELLOW, digits_color
from viz.dot.node_label import GREY
from viz.fold.fold import fit
from viz.scene.digits import LOSSES, LOST, NodeDigits, together
from viz.scene.scene import scene

pytest.importorskip("mpmath")
RIGHT = st.floats(0.0, 16.0)


def cancelled(backward=True):
    x = Value(1e-8, "x")
    y = (1 - cos(x)) / (x * x)
    y.label = "y"
    if backward:
        y.backward()
    return y


def undecided():
    x = Value(0.3, "x")
    return sin(x) ** 2 + cos(x) ** 2 - 1


def test_every_node_shows_the_right_digits_of_its_data_and_gradient():
    text = {name: text for name, (text, _, _) in drawn(scene(cancelled(), digits=True)).items()}
    assert text["n1"].endswith("digits 16.0, 0.0")  # x
    assert re.search(r"digits 0\.0, 1[56]\.\dlost here$", text["n4"])  # 1 - cos(x)
    assert "digits" not in text["n4_0"]  # the constant
    assert not any("digits" in text for text, _, _ in drawn(scene(cancelled())).values())


def test_digits_need_no_backward_pass_before():
    y = cancelled(backward=False)
    assert [str(n.digits) for n in scene(y, digits=True).nodes if n.name == "x"] == ["16.0, 0.0"]
    assert not y.reached


def test_the_node_that_loses_digits_has_a_border_a_flag_a_sentence_and_its_arrow_both_numbers():
    shot = scene(cancelled(), digits=True)
    assert [n.id for n in shot.nodes if LOST in n.flags] == ["n4"]
    assert f'color="{LOST_BORDER}"' in drawn(shot)["n4"][2]
    assert [(e.source, e.target, e.lost) for e in shot.edges if e.lost] == [
        ("n3", "n4", "16.0 → 0.0")
    ]
    assert sum('label="16.0 → 0.0"' in line for line in lines(shot)) == 1
    assert "lost at 1 - cos(x): operands 16.0 → 0.0" in legend(shot)
    assert "inputs and constants count as exact" in legend(shot)


def test_the_fewer_digits_color_a_node_and_those_of_data_its_lines():
    shot = scene(cancelled(), digits=True)
    fill = {name: fill for name, (_, fill, _) in drawn(shot).items()}
    assert [fill[n.id] for n in shot.nodes if n.digits] == [
        digits_color(n.digits.fewest) for n in shot.nodes if n.digits
    ]
    assert fill["n1"] == digits_color(0.0)
    out_of_x = [line for line in lines(shot) if re.match(r"n1:e -> n3:", line)]
    assert digits_color(16.0, line=True) in out_of_x[0]
    assert "right digits of 16:1612840" in legend(shot)
    assert "grad" not in legend(scene(cancelled(), digits=True)).partition("digits: of data")[0]


def test_undecided_is_a_question_mark_and_neither_0_nor_16():
    y = undecided()
    shot = scene(y, digits=True)
    text, fill, _ = drawn(shot)[shot.root]
    assert "digits ?, 16.0" in text
    assert fill == YELLOW
    assert "? undecided" in legend(shot)
    assert "? undecided" not in legend(scene(cancelled(), digits=True))


@given(programs())
@settings(max_examples=15, deadline=None)
def test_the_digits_of_a_picture_are_those_of_the_report(program):
    y = program(*map(Value, program.point)) + 0.0
    shown = [n.digits for n in scene(y, digits=True).nodes if n.role != "constant"]
    for node, found in zip(digits(y).nodes, shown, strict=True):
        right = node.value.right
        assert math.isnan(found.value) if right is None else found.value == right
        assert (found.gradient is None) == (node.gradient is None)


def test_a_box_shows_the_fewest_digits_of_its_nodes_and_counts_losses():
    class Gap(nn.Module):
        def __call__(self, x):
            return (1 - cos(x)) * 2 + x

    x = Value(1e-8, "x")
    shot = fit(scene(Gap()(x) * 1.0, digits=True), depth=0)
    (box,) = [n for n in shot.nodes if n.fold is not None]
    text, fill, border = drawn(shot)[box.id]
    assert "fewest 0.0, " in text.replace("  ", " ")
    assert "1 lost here" in text
    assert LOST_BORDER in border
    assert fill == digits_color(0.0)
    assert "fewest: the fewest digits in the box" in legend(shot)
    assert together([None]) is None
    assert math.isnan(together([NodeDigits(math.nan, None)] * 2).value)


def test_more_losses_than_a_legend_holds_are_counted():
    y = Value(0.0)
    for i in range(LOSSES + 2):
        x = Value(1e-8, f"x{i}")
        y = y + (x + 1 - 1) ** 2
    shot = scene(y, digits=True)
    assert len(shot.losses) == LOSSES + 2
    text = legend(shot)
    assert text.count("lost at x") == LOSSES
    assert "… and at 2 more nodes" in text


def test_the_exact_numbers_stand_where_digits_are_few_and_names_are_those_of_the_picture():
    x, y = Value(1e-8, "x"), Value(2.0, "y")
    shot = scene((1 - cos(x)) / (x * x) + y, digits=True, names={x: "theta"})
    assert shot.numbers == (
        ("value", "0.7 of 16 digits right (2, is 2.5)"),
        ("∂/∂theta", "0.0 of 16 digits right (1e+08, is -8.333e-10)"),
        ("…", "the other gradients have no fewer digits"),
    )
    assert "value: 0.7 of 16 digits right (2, is 2.5)" in legend(shot)
    ((name, text),) = scene(y * 1.0, digits=True).numbers[1:]
    assert (name, text) == ("∂/∂y", "16.0 of 16 digits right")  # the one with the fewest


def test_bounds_alone_are_marked_as_such(monkeypatch):
    # as without mpmath
    monkeypatch.setattr(
        "microgradlike.accuracy.judgement.judge._truth_if_installed", lambda *graph: None
    )
    text = legend(scene(cancelled(), digits=True))
    assert "digits that can be counted on:16" in text
    assert "value: 0; can be counted on: 0.0 of 16 digits" in text
    assert "right digits of 16" not in text
    assert str(NodeDigits(9.5, None, at_least=True)) == "≥9.5, –"


@given(RIGHT, RIGHT)
def test_fewer_right_digits_are_darker_so_that_print_shows_them(a, b):
    few, many = sorted((a, b))
    assert luminance(digits_color(few)) <= luminance(digits_color(many))
    for line in (False, True):
        ticks = [luminance(digits_color(x, line=line)) for x in (0.0, 4.0, 8.0, 12.0, 16.0)]
        assert ticks == sorted(ticks)
        assert ticks[0] < 0.55 * ticks[-1]


@given(RIGHT)
def test_text_is_readable_on_every_color_of_digits_and_lines_on_white(right):
    assert (luminance(digits_color(right)) + 0.05) / (luminance(GREY) + 0.05) >= 4.5
    assert 1.05 / (luminance(digits_color(right, line=True)) + 0.05) >= 3  # WCAG, graphics
    assert 1.05 / (luminance(digits_color(math.nan, line=True)) + 0.05) >= 3


def test_a_nan_stays_yellow_and_a_program_has_no_digits():
    y = Value(math.nan, "x") * 2
    shot = scene(y, digits=True)
    assert "nan or ∞" in legend(shot)
    assert drawn(shot)["n1"][1] == YELLOW
    with pytest.raises(TypeError, match="digits are those of numbers, and a program has none"):
        draw(jit(lambda x: x * x).program(2.0), digits=True)


def test_draw_takes_digits():
    assert draw(cancelled(), digits=True).scene.losses
    assert not draw(cancelled()).scene.losses


@pytest.mark.parametrize("label", ["<b>&amp;", 'a"\n]', r"\N", "x" * 300, "\u202e\ud800"])
def test_no_label_breaks_a_picture_with_digits(label):
    x = Value(1e-8, label)
    shot = scene((1 - cos(x)) / (x * x), digits=True)
    assert len(drawn(shot)) == len(shot.nodes)  # each is well-formed
    assert "lost at 1 - cos(" in legend(shot) or "…" in legend(shot)
    assert all(len(text) <= 160 for _, text in shot.losses)
