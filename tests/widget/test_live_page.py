"""The page of a training that runs, in a frame of its own: its languages."""

import pytest

from tests.page.browser import browser as browser  # fixture
from tests.page.test_words import CUT
from viz import live

CURVE = """() => document.querySelector("iframe").contentWindow.postMessage({ curve: {
  title: "", steps: [1, 2], columns: { training: [1, 0.5], validation: [2, 1] }, wayOut: "button",
} }, "*")"""


@pytest.mark.looks
@pytest.mark.parametrize(("lang", "title"), [("ko", "학습"), ("en", "Training")])
def test_a_live_page_speaks_the_language_of_its_maker(browser, tmp_path, lang, title):
    drawn = live(lang=lang)
    path = tmp_path / "live.html"
    path.write_text(f"<!doctype html><title>live</title>{drawn._frame}", encoding="utf-8")
    drawn.close()
    with browser.open(path) as seen:
        seen.evaluate(CURVE)
        inner = seen.tab.frames[1]
        inner.get_by_role("button").wait_for()
        assert inner.inner_text("#title") == title
        assert inner.evaluate("() => document.documentElement.lang") == lang
        assert inner.evaluate(CUT) == []
        assert seen.complaints == []
