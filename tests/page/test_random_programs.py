"""Random programs in the browser: every box, at every step, shows Python's numbers."""

from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from microgradlike import Value
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.page.browser import browser as browser  # a fixture
from tests.page.page_node import number
from tests.page.test_browser import state
from tests.page.test_engine import assert_steps
from viz import page
from viz.numbers import NOT_YET, short, signed
from viz.scene.scene import scene

WINDOW = {"width": 3600, "height": 1600}  # with room for every box, at a scale that is read
# at every position: of each node its numbers by their bits, and the texts of its box
SHOWN = """() => {
  const { session } = microgradlike;
  const view = new DataView(new ArrayBuffer(8));
  const bits = (x) =>
    x === null ? null : (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
  const text = (box, kind) => Array.from(box.querySelectorAll(kind), (e) => e.textContent);
  while (session.folded.size > 0) session.unfold();
  session.view.camera.fit(false);
  session.view.draw();
  return Array.from({ length: session.steps.last + 1 }, (_, at) => {
    session.player.go(at);
    return Array.from(session.graph.op, (_, i) => {
      const box = document.querySelector(`#graph [data-id="n${i}"]`);
      const numbers = [session.picture.dataOf(i), session.picture.gradOf(i)].map(bits);
      return [numbers, text(box, ".value"), text(box, ".plug-text")];
    });
  });
}"""


def positions(y, pushes):
    """By position: the places whose value is known, and the gradients so far by place."""
    nodes = scene(y).nodes
    known = {i for i, n in enumerate(nodes) if not n.op}
    yield known, {}
    for i, n in enumerate(nodes):
        if n.op:
            known = known | {i}
            yield known, {}
    grads = {len(nodes) - 1: 1.0}
    yield known, grads
    for push in pushes:
        grads = grads | {push["operand"]: push["after"]}
        yield known, grads


def assert_boxes(shown, y, engine):
    """Each box of each position has the numbers of the engine, written as Python writes them."""
    nodes = scene(y).nodes
    place = {n.id: i for i, n in enumerate(nodes)}
    slopes = {i: [] for i in range(len(nodes))}
    for edge, local in zip(scene(y).edges, engine["local"], strict=True):
        if nodes[place[edge.source]].role != "constant":
            slopes[place[edge.target]].append(short(local, 3))
    expected = list(positions(y, engine["pushes"]))
    assert len(shown) == len(expected)
    for boxes, (known, grads) in zip(shown, expected):
        for i, (numbers, texts, plugs) in enumerate(boxes):
            if nodes[i].role == "constant":
                assert texts == [nodes[i].name]
                continue
            data = engine["data"][i] if i in known else None
            got = [None if x is None else number(x) for x in numbers]
            assert same_bits(got, [data, grads.get(i)]), (i, nodes[i])
            assert texts == [
                NOT_YET if data is None else short(data),
                signed(grads[i]) if i in grads else NOT_YET,
            ]
            assert plugs == [slope if i in known else "" for slope in slopes[i]]


@pytest.mark.looks
@pytest.mark.parametrize("count", [25, pytest.param(500, marks=pytest.mark.long)])
def test_every_box_of_a_random_program_is_pythons_at_every_step(browser, count):
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(programs(min_size=3, max_size=30))
    def check(line):
        y = line(*map(Value, line.point))
        with TemporaryDirectory() as folder, browser.open(page(y).save(f"{folder}/y.html")) as seen:
            seen.tab.set_viewport_size(WINDOW)
            engine = state(seen)
            assert same_bits(engine["data"], [n.data for n in scene(y).nodes])
            assert_steps(engine, y)  # each number from those before it, within 4 ulp
            assert_boxes(seen.evaluate(SHOWN), y, engine)
            assert seen.complaints == []

    check()
