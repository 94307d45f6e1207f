"""Browser: Debian's Chromium without a screen, and what goes wrong in it."""

import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
FRAMES = """async (count) => {
  for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
}"""
ARGUMENTS = ["--no-sandbox"]  # CI's machine is a container, and its user root


class Seen:
    """A page in the browser: its `complaints`, such as errors, and the addresses it `asked` for."""

    def __init__(self, tab):
        self.tab, self.complaints, self.asked = tab, [], []
        self._heard = {
            "console": self._said,
            "pageerror": lambda error: self.complaints.append(str(error)),
            "crash": lambda _: self.complaints.append("crash"),
            "request": lambda request: self.asked.append(request.url),
        }
        for event, hear in self._heard.items():
            tab.on(event, hear)

    def _said(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def leave(self):
        """Empties the tab for the next page."""
        for event, hear in self._heard.items():
            self.tab.remove_listener(event, hear)
        self.tab.mouse.move(0, 0)
        self.tab.goto("about:blank")

    def evaluate(self, script, argument=None):
        """The value of a JavaScript expression in the page."""
        return self.tab.evaluate(script, argument)

    def wait(self, condition):
        """Waits until a function of JavaScript is true in the page.

        A function, not an expression: the page's policy refuses to run text, again and again.
        """
        self.tab.wait_for_function(condition)

    def frames(self, count=5):
        """Lets the page draw so many frames, in each of which it would do what it still does."""
        self.evaluate(FRAMES, count)

    def reload(self):
        """Reload, once Chromium has passed on what the page stored: a busy one takes a moment."""
        self.frames(20)
        self.tab.reload()


class Browser:
    """A Chromium that opens files.

    Its tabs are used again, which takes a third of the time that new ones take.
    """

    def __init__(self, chromium):
        self.chromium = chromium
        self.context = chromium.new_context()
        self.free = []  # tabs without a page

    @contextmanager
    def open(self, path, **options):
        """The file at `path` in a tab of its own, with what happened in it since.

        With options, such as has_touch=True, it is a new window with these.
        """
        if options:
            context = self.chromium.new_context(**options)
            seen = Seen(context.new_page())
        else:
            seen = Seen(self.free.pop() if self.free else self.context.new_page())
        try:
            seen.tab.goto(path.as_uri())
            yield seen
        finally:
            if options:
                context.close()
            elif "crash" not in seen.complaints:
                seen.leave()
                self.free.append(seen.tab)


@pytest.fixture(scope="module")
def browser():
    """One Chromium for each test file.

    Playwright's event loop runs until the browser closes; the Dask cluster of another file would
    hang beside it.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    with playwright.sync_playwright() as run:
        chromium = run.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Browser(chromium)
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens pages; at the end it is seen that nothing went wrong in them."""
    everything = []

    def open_page(made, **options):
        path = made.save(tmp_path / f"{len(everything)}.html")
        context = browser.open(path, **options)
        everything.append((path, context, seen := context.__enter__()))
        return seen

    yield open_page
    for _, context, _ in everything:
        context.__exit__(None, None, None)
    for path, _, seen in everything:
        assert seen.complaints == []
        asked = {url.partition("#")[0] for url in seen.asked if not url.startswith("data:")}
        assert asked == {path.as_uri()}  # again after a reload
