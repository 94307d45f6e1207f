"""Tooltips: numbers in full under the pointer."""

from hypothesis import given

from microgradlike import Value, nn
from microgradlike.testing.strategies.programs import programs
from viz.dot.tooltips import tooltips
from viz.fold.fold import fit
from viz.scene.scene import scene


@given(programs())
def test_every_number_is_there_in_full(program):
    y = program(*map(Value, program.point)) + 0.0
    y.backward()
    shot = scene(y)
    texts = tooltips(shot)
    for n in shot.nodes:
        assert f"data {n.data!r}" in texts[n.id]
        assert (f"grad {n.grad!r}" in texts[n.id]) == (n.role != "constant")
    for i, e in enumerate(shot.edges):
        assert (repr(e.local) in texts[f"e{i}"]) == (e.local is not None)


def test_boxes_and_frames_have_a_tooltip_too():
    model = nn.MLP(2, [2, 1])
    small = fit(scene(model([Value(1.0, "x0"), Value(2.0, "x1")])), depth=1)
    texts = tooltips(small)
    assert texts["cluster_c1"] == "MLP"
    assert "layers.0 · Layer\n" in "".join(texts.values())
    assert "x0 → layers.0 · Layer, 2 edges" in texts.values()
    assert "layers.0 · Layer → layers.1 · Layer, 2 edges" in texts.values()


def test_the_arrow_of_a_constant_names_both_ends():
    assert tooltips(scene(Value(1.0, "x") * 2))["e1"] == "2 → v2"
