"""Write docs/renderers.md: python -m tests.viz.renderers_page, from the project's root.

It runs the tests of tests/viz/test_renderers.py in every renderer and browser that is here.
"""

from tests import ROOT
from tests.engines import BROWSERS
from tests.renderers import RENDERERS
from tests.trust.markdown import table
from tests.viz import test_renderers as tests

PAGE = ROOT / "docs" / "renderers.md"
TEXT = """# Pictures in renderers and browsers

`draw(y).save("y.svg")` is an SVG that other programs show, print and convert. The tests draw every kind of picture
with each of them and compare boxes and digits; `python -m tests.viz.renderers_page` writes this page. The engines of
JavaScript, on which pages compute, are [beside the other numbers](trust.md#browsers).

## Programs without CSS animations

*texts*: every letter has ink in its place, and nothing touches the edge. *digits*: each digit looks most like the
same one written alone. *animated*: an animated picture is the static one.

{renderers}

svglib has no pixels of its own; in the shapes that it makes for ReportLab, every text is in its place, once.
LibreOffice and the output of svgo were looked at by eye.

## Browsers

*texts*: words, places and lengths are right in a bare page and in one with other fonts, colors, spacing and direction.
*narrow*: a picture shrinks as a whole in a narrow column. *animated*: two animated pictures in one page play as each
alone.

{browsers}

A picture names its ids, classes and keyframes by a hash of its content, and sets no style outside of itself. A reader
who prefers reduced motion sees the last step of an animation.
"""


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
    page = TEXT.format(
        renderers=table(["", "texts", "digits", "animated"], rows, left=4),
        browsers=table(["", "texts", "narrow", "animated"], found, left=4),
    )
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
