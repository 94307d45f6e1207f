"""The page of a scalar GPT: 40,000 nodes that can be read, explained and trained."""

import random
import sys

import pytest

from tests import ROOT
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_words import CUT
from viz import page

MOST = 3_000_000  # bytes
SURPRISE = """() => {
  const { session } = microgradlike;
  session.reveal(session.graph.names.indexOf("surprise: m after m3"));
  const part = document.querySelector("#inspected details");
  part.open = true;
}"""
DECIDED = """() => [...document.querySelectorAll("#inspected details li")].map((row) =>
  [...row.children].map((cell) => cell.textContent))"""


@pytest.fixture(scope="module")
def made():
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        from gpt_page import GPT
    finally:
        sys.path.pop(0)
    loss = GPT(random.Random(0))("emma")
    loss.label = "loss"
    loss.backward()
    return page(loss)


def test_the_page_is_of_the_whole_graph_and_small_enough_to_send(made):
    assert len(made.scene.nodes) > 40_000
    assert len(made.html.encode()) <= MOST


def test_every_weight_is_named_by_its_letter_head_or_place(made):
    names = {n.name for n in made.scene.nodes if n.role == "parameter"}
    assert {"token.m.0", "position.2.15", "query.head 3.0.7", "up.63.0", "score.a.1"} <= names


@pytest.mark.looks
def test_a_letter_is_explained_and_a_step_lowers_the_loss(opened, made):
    seen = opened(made)
    seen.tab.evaluate(SURPRISE)
    seen.tab.wait_for_selector("#inspected details li")
    rows = seen.tab.evaluate(DECIDED)
    assert len(rows) == 6
    assert all(way.endswith("→ surprise: m after m3") for way, _ in rows)
    assert any(way.startswith("score.m.") for way, _ in rows)
    seen.tab.get_by_role("button", name="one step of gradient descent").click()
    before, after = (
        float(x)
        for x in seen.tab.evaluate(
            "document.querySelector('#event .rule[role=status]').textContent"
        )
        .rpartition(": ")[2]
        .split(" → ")
    )
    assert after < before
    assert seen.tab.is_enabled("#reset")
    for lang in ("ko", "en"):
        seen.tab.select_option("#language", lang)
        assert seen.evaluate(CUT) == []
