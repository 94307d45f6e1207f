"""Many calls of a module in a page: one at a time, by hand, by key and by step, in a browser."""

import pytest

from microgradlike import Value, nn
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page
from viz.scene.scene import scene


@pytest.fixture
def loss():
    model = nn.MLP(2, [3, 1])
    total = sum(((model([0.1 * i, -0.2]) - 1) ** 2 for i in range(20)), Value(0.0)) * (1 / 20)
    total.label = "loss"
    total.backward()
    return total


@pytest.fixture
def seen(opened, loss):
    return opened(page(loss))


SHOWN = """() => [...document.querySelectorAll("#graph .frame text")].map((e) => e.textContent)
  .filter((text) => / of 20$/.test(text)).sort()"""
FIELD = "() => document.querySelector('#turns input').value"
# the nodes that are drawn by themselves, and the calls that they belong to
CALLS = """() => {
  const { graph, view } = microgradlike.session;
  const calls = new Set();
  for (const { kind, node } of view.layout.boxes)
    if (kind === "node" && graph.turn[node] >= 0) calls.add(graph.turns.call[graph.turn[node]]);
  return [...calls];
}"""


def test_the_model_and_the_loss_show_the_same_call(seen):
    assert seen.evaluate(SHOWN) == [
        "− MLP · call 1 of 20",
        "− loss · mean of 20 · term 1 of 20",
    ]
    assert seen.evaluate(CALLS) == [1]
    seen.tab.get_by_role("button", name="next call of MLP").click()
    assert seen.evaluate(CALLS) == [2]
    seen.tab.get_by_role("button", name="previous call of MLP").click()
    seen.tab.get_by_role("button", name="previous call of MLP").click()
    assert seen.evaluate(SHOWN)[0] == "− MLP · call 20 of 20"
    field = seen.tab.get_by_role("spinbutton", name="call of MLP")
    field.fill("7")
    field.press("Enter")
    assert seen.evaluate(CALLS) == [7]
    field.fill("21")
    field.press("Enter")
    assert (seen.evaluate(FIELD), seen.evaluate(CALLS)) == ("7", [7])
    assert seen.complaints == []


def test_no_line_leads_from_a_parameter_to_the_other_calls_around_it(seen):
    ends = seen.evaluate("""() => {
      const { graph, view } = microgradlike.session;
      const others = new Set([...graph.others.values()].flat().map((c) => `c${c}`));
      const from = ({ source }) => view.boxes.get(source).kind;
      return view.wires.filter(({ target }) => others.has(target)).map(from);
    }""")
    assert ends == ["fold"]  # the terms of the other calls; the model shares only parameters


def test_a_number_is_never_cut_where_boxes_are_small(opened, loss):
    seen = opened(page(loss), viewport={"width": 390, "height": 844})
    texts = (
        "() => [...document.querySelectorAll('#graph .constant text')].map((e) => e.textContent)"
    )
    assert sorted(set(seen.evaluate(texts))) == ["0.05", "1", "2"]


def test_keys_and_the_box_of_the_other_calls_go_to_the_next_one(seen):
    seen.tab.locator("#graph").focus()
    seen.evaluate("() => microgradlike.session.select('c0')")
    seen.tab.keyboard.press("]")
    seen.tab.keyboard.press("]")
    seen.tab.keyboard.press("[")
    assert seen.evaluate(CALLS) == [2]
    others = "() => microgradlike.session.graph.others.get(0)[0]"
    seen.evaluate(f"() => microgradlike.session.toggle(({others})())")
    assert seen.evaluate(CALLS) == [3]


def test_a_search_goes_to_the_call_of_a_node(seen):
    node = seen.evaluate("""() => {
      const { graph } = microgradlike.session;
      const { turn, turns, op } = graph;
      return turn.findLastIndex((t, i) => t >= 0 && turns.call[t] === 5 && op[i] >= 0);
    }""")
    name = seen.evaluate(f"() => microgradlike.session.graph.names[{node}]")
    seen.evaluate(f"() => microgradlike.session.search('{name}')")
    seen.evaluate("() => microgradlike.session.nextFound(1)")
    assert seen.evaluate("() => microgradlike.session.selected") == f"n{node}"
    assert seen.evaluate(CALLS) == [5]


@pytest.mark.parametrize("direction", [1, -1])
def test_a_step_shows_the_call_in_which_it_takes_place(seen, direction):
    pushes = seen.evaluate(
        """(direction) => {
      const { steps, player, graph, view } = microgradlike.session;
      const found = [];
      for (let p = steps.seed + 60; p < steps.last; p += 97) {
        player.go(p);
        player.step(direction);
        const { node } = steps.eventAt(player.position, player.byNode);
        const { cluster } = view.boxOfNode(node);
        found.push(graph.clusters[cluster]?.othersOf === undefined);
      }
      return found;
    }""",
        direction,
    )
    assert len(pushes) > 5
    assert all(pushes)


def test_a_jump_leaves_the_call_and_marks_the_box_of_the_others(seen):
    last = "() => microgradlike.session.steps.last"
    seen.evaluate(f"() => microgradlike.session.player.go(({last})() - 1)")
    assert seen.evaluate(CALLS) == [1]
    assert seen.complaints == []


def test_the_whole_picture_stays_in_view_whatever_call_is_shown(seen):
    views = seen.evaluate("""() => {
      const { session } = microgradlike;
      return Array.from({ length: 20 }, (_, k) => {
        session.showCall(0, k + 1);
        const { camera } = session.view;
        const { left, top, right, bottom } = camera.visibleArea();
        const { width, height } = camera.size;
        return left <= 0 && top <= 0 && right >= width && bottom >= height;
      });
    }""")
    assert views == [True] * 20


def test_numbers_of_every_call_are_those_of_python(seen, loss):
    grads = seen.evaluate("""() => {
      const { graph, view, picture } = microgradlike.session;
      const { session } = microgradlike;
      const found = {};
      session.foldAll();
      session.unfold(); session.unfold(); session.unfold();
      for (let call = 1; call <= 20; call++) {
        session.showCall(0, call);
        for (const { kind, node } of view.layout.boxes)
          if (kind === "node") found[node] = [picture.dataOf(node), picture.gradOf(node)];
      }
      return found;
    }""")

    nodes = scene(loss).nodes
    assert len(grads) > len(nodes) - 25  # all but the additions, which stay in their box
    for place, (data, grad) in grads.items():
        node = nodes[int(place)]
        assert data == pytest.approx(node.data, rel=1e-14, abs=1e-300)
        if node.role == "constant":
            assert grad is None
        else:
            assert grad == pytest.approx(node.grad, rel=1e-12, abs=1e-18)
