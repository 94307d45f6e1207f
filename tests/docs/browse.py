"""The built site in a browser: `python -m tests.docs.browse build/site --pictures FOLDER`.

Every page is opened in a narrow dark window and in a wide light one, from a server on this machine.
A page may not be wider than its window, complain, or ask for anything from elsewhere. Some are
read as a screen reader does, and the search of the site has to find a function by its name.
"""

import argparse
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.docs.site import served
from tests.page.browser import ARGUMENTS, CHROMIUM, Seen

WINDOWS = [(390, "dark"), (1280, "light")]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
READ_ALOUD = ["index.html", "glossary.html", "examples.html"]  # of each kind of content, one
FUNCTION = "tanh"
DONE = "document.querySelector('#search-results p')?.innerText.includes('found')"


def problems(site, pictures=None):
    """A line for each mistake."""
    with sync_playwright() as playwright, served(site) as address:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for width, scheme in WINDOWS:
            size = {"width": width, "height": 900}
            seen = Seen(chromium.new_page(viewport=size, color_scheme=scheme))
            for name in pages(site):
                found = looked_at(address, name, seen)
                yield from (f"{name} in {width} pixels: {line}" for line in found)
                if pictures:
                    seen.tab.screenshot(path=pictures / f"{name.replace('/', '-')}-{width}.png")
            for name in READ_ALOUD:
                yield from (f"{name}, {scheme}: {line}" for line in barriers(address, name, seen))
        yield from searched(address, seen.tab)
        chromium.close()


def pages(site):
    """The names of the pages, without files that pages show in frames."""
    paths = [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
    return [path.as_posix() for path in paths if path.parts[0] != "_static"]


def looked_at(address, name, seen):
    """The mistakes of one page."""
    seen.complaints.clear()
    seen.asked.clear()
    seen.tab.goto(f"{address}/{name}")
    if wider := seen.evaluate(WIDER):
        yield f"{wider} pixels wider than the window"
    yield from seen.complaints
    own = (address, "data:", "blob:")
    yield from (f"asks for {asked}" for asked in seen.asked if not asked.startswith(own))


def barriers(address, name, seen):
    """The barriers on one page that axe-core finds and calls serious."""
    seen.tab.goto(f"{address}/{name}")
    for found in Axe().run(seen.tab).response["violations"]:
        if found["impact"] in ("serious", "critical"):
            yield f"{found['help']}: {found['nodes'][0]['html']}"


def searched(address, tab):
    """A mistake if the search does not have the function among its results."""
    tab.goto(f"{address}/search.html?q={FUNCTION}")
    tab.wait_for_function(DONE)
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
