"""The widgets in JupyterLab and marimo, in headless Chromium."""

import json

import pytest

from tests.page.browser import browser  # noqa: F401
from tests.widget.hosts import jupyterlab, marimo

for host in ("jupyterlab", "marimo"):
    pytest.importorskip(host, reason="the extra hosts brings them")

pytestmark = [pytest.mark.looks, pytest.mark.xdist_group("notebook hosts")]

GRAPH = """
import time, viz
from microgradlike import Value, nn
b, x = Value(-1.0, "b"), Value(3.0, "x")
y = x * x + b
w = viz.widget(y)
"""
TRAIN = """
data = [[0.0], [1.0]], [1.0, 3.0]
model = nn.MLP(1, [4, 1])
def train(live):
    return nn.fit(model, "mse", data, optimizer=nn.SGD(model.parameters(), lr=1e-4), epochs=100_000,
                  callbacks=[live, lambda _: time.sleep(0.005)], progress=False)
"""
SET = """([text, type]) => {
  const field = document.querySelector(`#inspected input[type=${type}]`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
DRAG = """async (node) => {
  for (let i = 0; i <= 60; i++) {
    microgradlike.session.setLeaf(node, i / 7);
    await new Promise(requestAnimationFrame);
  }
}"""
STATUS = "document.getElementById('live-status').textContent"
SELECTED = "microgradlike.session.view.boxes.get(microgradlike.session.selected)"
PLACE = "[microgradlike.session.player.position, microgradlike.session.steps.seed]"


def follow_the_hand(host):
    """Drags in the page reach the kernel, and every double as it is; returns the page."""
    page = host.frame()
    node = int(host.ask("w._nodes.index(x)"))
    page.evaluate(f"microgradlike.session.reveal({node})")
    host.wait("w.selected is x")
    for k in range(3):
        page.evaluate(SET, [str(k / 4), "range"])
        host.wait("x.data", repr(k / 4))
    for text, number in [("−0", "-0.0"), ("nan", "nan"), ("−∞", "-inf"), ("1e-320", "1e-320")]:
        page.evaluate(SET, [text, "text"])
        host.wait("str(x.data)", repr(number))
    page.evaluate(DRAG, node)
    host.wait(f"(x.data, y.data) == ({60 / 7}, {60 / 7} * {60 / 7} - 1.0)")
    assert host.ask("w.error") == "''"
    return page


def follow_the_kernel(host, page):
    """A backward pass in the kernel runs in the page, and its gradients are Python's."""
    page.wait_for_function(f"() => {PLACE}[0] > {PLACE}[1]", polling=50)  # 0.7 s a step
    grads = "Array.from(microgradlike.session.graph.grad)"
    assert (
        json.dumps(page.evaluate(grads)[page.evaluate("microgradlike.session.graph.root")]) == "1"
    )
    assert host.ask("x.grad") == repr(2 * 60 / 7)
    assert 2 * 60 / 7 in page.evaluate(grads)


def watch_and_stop(host):
    """The curve moves while the training runs, and the button ends it."""
    page = host.frame("live-status")
    page.wait_for_function(f"() => {STATUS}.includes('loss')", polling=50)
    early = page.inner_text("#live-status")
    page.wait_for_function(f"(text) => {STATUS} !== text", arg=early, polling=50)
    assert host.ask("'h' in space") == "False"
    page.dispatch_event("#stop", "click")  # the place of the button may still move under a mouse
    host.wait("'h' in space and h.stopped", "'stopped by the button'")


def test_in_jupyterlab_page_and_kernel_follow_each_other(browser, tmp_path):  # noqa: F811
    cells = [GRAPH + "w", "y.backward()", TRAIN + "h = train(viz.live())"]
    with jupyterlab(browser.chromium, tmp_path, cells) as host:
        host.run(1)
        page = follow_the_hand(host)
        assert host.tab.locator("img[alt='the graph']").count() == 1
        assert not host.tab.locator("img[alt='the graph']").is_visible()
        host.run(2)
        follow_the_kernel(host, page)
        host.ask("setattr(w, 'selected', b)")
        page.wait_for_function(f"() => {SELECTED}?.node === 0", polling=50)
        host.ask("w._hear(set={'2': '1'})")
        page.get_by_role("status").get_by_text("change a leaf instead").wait_for()
        host.run(3, wait=False)
        watch_and_stop(host)
        host.tab.wait_for_function("document.querySelector('img[alt=\"the losses\"]')", polling=50)
        host.save()
        saved = host.notebook.read_text()
    outputs = [o for cell in json.loads(saved)["cells"] for o in cell["outputs"]]
    stills = [o["data"] for o in outputs if "image/png" in o.get("data", {})]
    assert len(stills) == 2


def test_in_marimo_page_and_kernel_follow_each_other(browser, tmp_path):  # noqa: F811
    cells = [
        "import marimo as mo",
        GRAPH + "space.update(b=b, x=x, y=y, w=w)\nw",
        'go = mo.ui.run_button(label="backward")\ngo',
        "mo.stop(not go.value)\ny.backward()",
        'begin = mo.ui.run_button(label="train")\nbegin',
        "mo.stop(not begin.value)\nlive = viz.live()" + TRAIN
        + "mo.Thread(target=lambda: space.update(h=train(live))).start()",
    ]  # fmt: skip
    with marimo(browser.chromium, tmp_path, cells) as host:
        page = follow_the_hand(host)
        host.tab.get_by_role("button", name="backward", exact=True).click()
        follow_the_kernel(host, page)
        host.tab.get_by_role("button", name="train", exact=True).click()
        watch_and_stop(host)
