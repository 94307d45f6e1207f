"""Marks over the graph in a real browser: the bead of a push, and the way it goes."""

from microgradlike import Value
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page

# places of every bead in the order in which they are drawn, kept while the page is played
WATCH = """() => {
  globalThis.beads = new Map();
  new MutationObserver((records) => {
    for (const { target } of records) {
      if (!target.matches(".bead")) continue;
      if (!beads.has(target)) beads.set(target, []);
      beads.get(target).push([target.cx.baseVal.value, target.cy.baseVal.value]);
    }
  }).observe(microgradlike.session.overlay.beads, { attributeFilter: ["cx"], subtree: true });
}"""
FROM_SEED = "() => microgradlike.session.player.go(microgradlike.session.steps.seed)"
STEP = """() => {
  beads.clear();
  microgradlike.session.player.step(1);
}"""
GONE = """() => beads.size > 0 && [...beads.keys()].every((bead) => !bead.isConnected)"""
# by push: the way of its bead, and the boxes of the node that pushes and of its operand
WAYS = """() => {
  const { player, steps, view } = microgradlike.session;
  const box = (i) => (({ x, y, width, height }) => [x, y, width, height])(view.boxOfNode(i));
  const { pushes } = steps.eventAt(player.position, player.byNode);
  const paths = [...beads.values()];
  return pushes.map(({ from, operand }, k) => [paths[k], box(from), box(operand)]);
}"""


def distance(point, box):
    """From a point to a box, 0 inside."""
    (px, py), (x, y, width, height) = point, box
    return max(x - px, px - x - width, 0) + max(y - py, py - y - height, 0)


def test_the_bead_of_a_push_runs_from_the_user_to_the_operand(opened):
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    seen = opened(page((w * x + b).tanh()))
    seen.tab.select_option("#granularity", "node")
    seen.evaluate(FROM_SEED)
    seen.frames()
    seen.evaluate(WATCH)
    for operands in (1, 2, 2):  # tanh, the sum, the product
        seen.evaluate(STEP)
        seen.wait(GONE)
        ways = seen.evaluate(WAYS)
        assert len(ways) == operands
        for way, user, operand in ways:
            assert distance(way[0], user) < 5 < distance(way[0], operand)
            assert distance(way[-1], operand) < 5 < distance(way[-1], user)
            gone = [distance(point, operand) for point in way]
            assert gone == sorted(gone, reverse=True)
