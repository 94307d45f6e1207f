"""The built site in a browser: `python -m tests.docs.browse build/site --pictures FOLDER`.

Every page is opened in a narrow dark window and in a wide light one, without a network. A page may
not be wider than its window, complain, or ask for anything that is not a file. The search of the
site has to find a function by its name.
"""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.page.browser import ARGUMENTS, CHROMIUM, Seen

WINDOWS = [(390, "dark"), (1280, "light")]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FUNCTION = "tanh"
DONE = "document.querySelector('#search-results p')?.innerText.includes('found')"


def problems(site, pictures=None):
    """A line for each mistake."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width, scheme in WINDOWS:
            size = {"width": width, "height": 900}
            context = chromium.new_context(viewport=size, color_scheme=scheme, offline=True)
            seen = Seen(context.new_page())
            for path in pages(site):
                name = path.relative_to(site).as_posix()
                yield from (f"{name} in {width} pixels: {line}" for line in looked_at(path, seen))
                if pictures:
                    seen.tab.screenshot(path=pictures / f"{name.replace('/', '-')}-{width}.png")
        yield from searched(site, seen.tab)
        chromium.close()


def pages(site):
    """The pages of the site, without files that pages show in frames."""
    return [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]


def looked_at(path, seen):
    """The mistakes of one page."""
    seen.complaints.clear()
    seen.asked.clear()
    seen.tab.goto(path.as_uri())
    if wider := seen.evaluate(WIDER):
        yield f"{wider} pixels wider than the window"
    yield from seen.complaints
    own = ("file:", "data:", "blob:")
    yield from (f"asks for {address}" for address in seen.asked if not address.startswith(own))


def searched(site, tab):
    """A mistake if the search does not have the function among its results."""
    tab.goto(f"{(site / 'search.html').as_uri()}?q={FUNCTION}")
    tab.wait_for_function(
        "document.querySelector('#search-results p')?.innerText.includes('found')"
    )
    found = tab.locator("#search-results li > a").all_inner_texts()
    if not any(title.rpartition(".")[2] == FUNCTION for title in found):
        yield f"the search for {FUNCTION} does not find the function, but {found}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("site", type=Path, help="the folder that sphinx-build wrote")
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each page")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    lines = list(problems(arguments.site.resolve(), arguments.pictures))
    print("\n".join(lines) or f"{arguments.site}: pages fit their windows and need no network")
    raise SystemExit(bool(lines))


if __name__ == "__main__":
    main()
