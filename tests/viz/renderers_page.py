"""Write docs/renderers.md: python -m tests.viz.renderers_page, from the project's root.

It runs the tests of tests/viz/test_renderers.py in every renderer and browser that is here.
"""

from pathlib import Path

from tests import ROOT
from tests.engines import BROWSERS
from tests.renderers import RENDERERS
from tests.trust.markdown import table
from tests.viz import test_renderers as tests

PAGE = ROOT / "docs" / "renderers.md"
TEMPLATE = Path(__file__).with_name("renderers.md")


def holds(test, *arguments):
    """True if a test passes."""
    try:
        test(*arguments)
    except AssertionError:
        return False
    return True


def share(test, kinds, *arguments):
    return f"{sum(holds(test, kind, *arguments) for kind in kinds)} of {len(kinds)} kinds"


def renderer_row(renderer):
    return [
        f"{renderer.name} {renderer.version()}",
        share(tests.test_texts_are_in_their_places_and_nothing_is_cut, tests.KINDS, renderer),
        share(tests.test_digits_can_be_read, tests.READ, renderer),
        share(
            tests.test_an_animated_picture_is_the_static_one_without_css_animations,
            tests.ANIMATED,
            renderer,
        ),
    ]


def browser_row(browser):
    checks = (
        tests.test_every_kind_of_picture_has_its_texts_in_place_in_any_page,
        tests.test_a_narrow_page_makes_a_picture_smaller_as_a_whole,
        tests.test_two_animated_pictures_in_one_page_play_as_each_alone,
    )
    answers = ["yes" if holds(check, browser) else "no" for check in checks]
    return [f"{browser.home} {browser.version()} ({browser.name})", *answers]


def main():
    rows = [renderer_row(r) for r in RENDERERS if r.exists()]
    found = [browser_row(b) for b in BROWSERS if b.exists()]
    page = TEMPLATE.read_text(encoding="utf-8").format(
        renderers=table(["", "texts", "digits", "animated"], rows, left=4),
        browsers=table(["", "texts", "narrow", "animated"], found, left=4),
    )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
