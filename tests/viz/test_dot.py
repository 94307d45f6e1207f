"""Dot: the text of a picture, parsed and compared with its scene."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from microgradlike import Value, nn
from microgradlike.testing.strategies.programs import programs
from viz.colors import WHITE, YELLOW, Scale
from viz.dot.dot import DIRECTIONS, to_dot
from viz.fold.fold import fit
from viz.label import SPACE
from viz.scene.scene import scene

NODE = re.compile(r'(\w+) \[label=<(.*)> fillcolor="(#\w+)" (.*)\]')
EDGE = re.compile(r'(\w+):([nesw]) -> (\w+):(?:(p\d):)?([nesw]) \[id="(e\d+)"(.*)\]')


def lines(shot, **options):
    return to_dot(shot, **options).splitlines()


def drawn(shot, **options):
    """The text in a node's table, its fill and its other attributes, by id."""
    found = [NODE.fullmatch(line.replace(SPACE, "")) for line in lines(shot, **options)]
    return {m[1]: ("".join(ET.fromstring(m[2]).itertext()), m[3], m[4]) for m in found if m}


def legend(shot):
    return "".join(ET.fromstring(lines(shot)[-2].removeprefix("label=<")[:-1]).itertext())


def neuron(backward=True):
    model = nn.Neuron(2)
    y = (model([Value(2.0, "x0"), Value(-1.0, "x1")]) - 1) ** 2
    if backward:
        y.backward()
    return y


@given(programs())
def test_every_node_and_every_edge_of_the_scene_stands_in_the_text_once(program):
    shot = scene(program(*map(Value, program.point)) + 0.0)
    assert sorted(drawn(shot)) == sorted(n.id for n in shot.nodes)
    found = [m for line in lines(shot) if (m := EDGE.fullmatch(line))]
    assert [(m[1], m[3], m[4], m[6]) for m in found] == [
        (e.source, e.target, f"p{e.position}", f"e{i}") for i, e in enumerate(shot.edges)
    ]


@given(programs())
def test_the_text_is_the_same_each_time(program):
    assert to_dot(scene(program(*map(Value, program.point)) + 0.0)) == to_dot(
        scene(program(*map(Value, program.point)) + 0.0)
    )


def test_a_node_shows_name_symbol_data_and_gradient():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b
    y.label = "y"
    assert [text for text, *_ in drawn(scene(y)).values()] == [
        "bdata −3grad –",
        "adata 2grad –",
        "−32× ydata −6grad –",
    ]
    y.backward()
    assert [text for text, *_ in drawn(scene(y)).values()] == [
        "bdata −3grad +2",
        "adata 2grad −3",
        "−32× ydata −6grad +1",
    ]


def test_the_local_derivative_stands_where_its_arrow_arrives():
    x = Value(3.0, "x")
    label = next(line for line in lines(scene(2 * x)) if line.startswith("n2 "))
    ports = re.findall(r'PORT="(p\d)"[^>]*>(?:<FONT[^>]*>)?([^<]*)', label)
    assert ports == [("p0", ""), ("p1", "2")]
    assert ">0.333<" in to_dot(scene(x / 3))


@pytest.mark.parametrize(
    ("direction", "arrive", "leave"), [("LR", "w", "e"), ("TB", "n", "s"), ("RL", "e", "w")]
)
def test_arrows_arrive_on_the_side_they_come_from(direction, arrive, leave):
    text = to_dot(scene(neuron()), direction=direction)
    edges = [m for line in text.splitlines() if (m := EDGE.fullmatch(line))]
    assert f"rankdir={direction} " in text
    assert {(m[2], m[5]) for m in edges} == {(leave, arrive)}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_derivatives_stand_on_the_side_where_arrows_arrive(direction):
    x = Value(3.0, "x")
    text = drawn(scene(x * 5.0), direction=direction)["n2"][0]
    body = "× v2data 15grad –"
    assert text == ("5" + body if direction in ("LR", "TB") else body + "5")


@pytest.mark.parametrize("direction", ["lr", "XX", "", None, 3, "LR]"])
def test_another_direction_is_refused(direction):
    with pytest.raises(ValueError, match=r"direction .*LR, TB, RL, BT, got"):
        to_dot(scene(Value(1.0)), direction=direction)


def test_roles_differ_in_shape_and_border():
    shot = scene(neuron())
    styles = drawn(fit(shot, depth=0)) | drawn(shot)
    by_role = {n.role: styles[n.id][2] for n in (*shot.nodes, *fit(shot, depth=0).nodes)}
    assert len(by_role) == len(set(by_role.values())) == 6


def test_fill_is_the_color_of_the_gradient():
    shot = scene(neuron())
    scale = Scale.of(n.grad for n in shot.nodes)
    for n in shot.nodes:
        assert drawn(shot)[n.id][1] == scale.color(n.grad)
    assert {fill for _, fill, _ in drawn(scene(neuron(backward=False))).values()} == {WHITE}


def test_a_number_that_is_not_finite_is_yellow_and_flagged():
    y = Value(-1.0, "x").log() + Value(-1.0, "z").relu()
    nodes = drawn(scene(y))
    assert [fill == YELLOW for _, fill, _ in nodes.values()].count(True) == 2
    texts = [text for text, *_ in nodes.values()]
    assert sum(text.endswith("nan") for text in texts) == 2
    assert sum(text.endswith("off here") for text in texts) == 1


def test_frames_are_nested_as_calls_are():
    shot = scene(nn.MLP(1, [2, 1])([Value(1.0)]))
    depth, inside, open_frames = 0, {}, []
    for line in lines(shot)[1:-1]:
        if match := re.match(r"subgraph cluster_(c\d+) \{", line):
            open_frames.append(match[1])
        elif line == "}":
            open_frames.pop()
        elif match := NODE.fullmatch(line):
            inside[match[1]] = open_frames[-1] if open_frames else None
        depth = max(depth, len(open_frames))
    assert open_frames == []
    assert depth == 3
    assert inside == {n.id: n.cluster for n in shot.nodes}


def test_a_folded_module_says_what_it_holds():
    small = fit(scene(neuron()), depth=0)
    box = next(n for n in small.nodes if n.fold)
    text = drawn(small)[box.id][0]
    assert text.startswith("Neuron8 nodes, 3 parametersdata ")
    assert {m[3] for line in lines(small) if (m := EDGE.fullmatch(line)) and not m[4]} == {box.id}


def test_a_part_without_name_says_how_much_it_is():
    y = Value(1.0)
    for _ in range(300):
        y = y.sin()
    small = fit(scene(y))
    text, fill, _ = drawn(small)[next(n.id for n in small.nodes if n.fold)]
    assert (text, fill) == ("… 257 nodes folded", WHITE)


def test_a_range_is_written_with_both_ends_and_counts_its_flags():
    class Three(nn.Module):
        def __call__(self, x):
            return x.exp(), x.relu(), (x * 2).relu()

    a, b, c = Three()(Value(-1.0))
    y = a + b + c
    small = fit(scene(y), depth=0)
    assert drawn(small)["box_c1"][0] == "Three5 nodesdata 0 … 0.368grad –2 off here"
    y.backward()
    assert "grad +1" in drawn(fit(scene(y), depth=0))["box_c1"][0]


def test_a_box_without_a_number_shows_no_data():
    class Log(nn.Module):
        def __call__(self, x):
            return x.log()

    small = fit(scene(Log()(Value(-1.0)) + 1), depth=0)
    assert drawn(small)["box_c1"][0] == "Log1 nodegrad –1 nan"


def test_the_legend_names_the_roles_that_occur_and_the_scale():
    assert legend(scene(Value(1.0))) == (
        "inputno backward pass yet: call .backward() on the result"
    )
    y = Value(1.0, "x") * 2
    y.backward(-4.0)
    assert legend(scene(y)) == (
        "inputconstantresultgrad−8−2−0.50 = no effect+0.5+2+8"
        "number where an arrow arrives: the local derivative, ∂ node / ∂ operand"
    )
    assert "– none yet" in legend(scene(y + 1))
    assert "nan or ∞" in legend(scene(y + float("nan")))


def test_the_legend_prints_the_notes():
    small = fit(scene(neuron()), depth=0)
    assert legend(small).endswith("… 8 of 14 nodes folded: depth=0")


def test_lines_that_spread_in_a_frame_get_room_and_others_do_not():
    found = lines(fit(scene(nn.MLP(2, [2, 1])([Value(1.0), Value(2.0)])), depth=2))
    roomy = [line for line in found if "minlen=2" in line]
    into_boxes = [line for line in found if re.search(r"-> box_\w+:", line)]
    assert len(into_boxes) == 2 * 2 + 2
    assert set(into_boxes) < set(roomy)
    assert not [line for line in roomy if re.search(r"^n\d", line)]
    assert not [line for line in lines(scene(nn.Neuron(1)([Value(3.0)]))) if "minlen" in line]


@pytest.mark.parametrize(("arrows", "room"), [(0, 0.4), (30, 0.9), (60, 1.4), (120, 2.0)])
def test_ranks_stand_further_apart_the_more_arrows_end_in_boxes(arrows, room):
    shot = fit(scene(neuron()), depth=0)
    box = next(n.id for n in shot.nodes if n.fold)
    into = [e for e in shot.edges if e.target == box][:1]
    others = tuple(e for e in shot.edges if e.target != box)
    (line,) = [
        line
        for line in lines(replace(shot, edges=(*others, *(into * arrows))))
        if line.startswith("graph ")
    ]
    assert f" ranksep={room:g} " in line


def test_frames_stand_in_the_order_of_their_calls():
    shot = scene(nn.MLP(1, [3, 2])([Value(1.0)])[0])
    opened = [m[1] for line in lines(shot) if (m := re.match(r"subgraph cluster_(c\d+) ", line))]
    assert len(opened) == len(shot.clusters) > 4
    for parent in {c.parent for c in shot.clusters}:
        siblings = [c.id for c in shot.clusters if c.parent == parent]
        assert [c for c in opened if c in siblings] == siblings


def test_the_title_of_a_frame_has_more_room_than_a_name():
    class AModuleOfMineWithANameOfFortyCharacters_(nn.Module):
        def __call__(self, x):
            return x * x

    text = to_dot(scene(AModuleOfMineWithANameOfFortyCharacters_()(Value(1.0))))
    assert ">AModuleOfMineWithANameOfFortyCharacters_<" in text


def test_two_arrows_merged_are_drawn_thick_and_one_is_not():
    x = Value(2.0, "x")
    shot = fit(scene(nn.Neuron(2)([x, x])), depth=0)
    merged, single = (
        [m[7] for line in lines(s) if (m := EDGE.fullmatch(line)) and m[1] == "n1"]
        for s in (shot, scene(x.exp()))
    )
    assert [e.count for e in shot.edges if e.source == "n1"] == [2]
    assert merged == [" penwidth=1.8"]
    assert single == [""]


def test_a_part_without_name_has_no_color_whatever_its_gradient():
    y = Value(1.0)
    for _ in range(20):
        y = y.sin()
    y.backward()
    small = fit(scene(y), focus="n21", hops=3)
    (box,) = [n for n in small.nodes if n.fold]
    assert box.grad is not None
    assert drawn(small)[box.id][1] == WHITE


def test_grey_and_off_here_have_words_in_the_legend():
    x = Value(-1.0, "x")
    y = x.relu() + 1
    y.backward()
    text = legend(scene(y))
    assert "0 = no effect" in text
    assert "off here: a relu that is 0 at this point, and passes no gradient" in text
    assert "off here" not in legend(scene(x.exp()))
