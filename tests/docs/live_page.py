"""A page with live cells: what a learner does with it, and what it shows."""

import time

from tests.page.browser import Seen

WAIT = 600_000  # ms; how long a chapter may take on a busy machine
TEXTS = """() => live.cells.map(({ element }) => [
  ...element.querySelectorAll(".cell_output .stream pre, .cell_output .text_plain pre"),
].map((pre) => pre.textContent.trimEnd()))"""


class Chapter:
    """A page with live cells in a tab of its own."""

    def __init__(self, context, address):
        self.seen = Seen(context.new_page())
        self.tab = self.seen.tab
        self.tab.set_default_timeout(WAIT)
        began = time.perf_counter()
        self.tab.goto(address)
        self.ready = time.perf_counter() - began
        self.address = address

    def button(self, name):
        return self.tab.get_by_role("button", name=name, exact=True)

    def code(self, number):
        return self.tab.get_by_role("textbox", name=f"Code of cell {number}", exact=True)

    def output(self, number):
        cell = self.tab.locator("div.cell", has=self.code(number))
        return cell.locator(".cell_output")

    def state(self, number):
        cell = self.tab.locator("div.cell", has=self.code(number))
        return cell.get_by_role("status").text_content()

    def write(self, number, code):
        """Type code in the place of what is there."""
        self.code(number).click()
        self.tab.keyboard.press("Control+a")
        self.tab.keyboard.insert_text(code)

    def wait(self):
        """Wait until nothing runs."""
        self.seen.wait("() => !live.running")

    def run(self, number):
        began = time.perf_counter()
        self.button(f"Run cell {number}").click()
        self.wait()
        return time.perf_counter() - began

    def texts(self):
        """The text of each cell that can run."""
        return self.seen.evaluate(TEXTS)

    def restore(self):
        """Put back code and output; Python stays."""
        self.button("Run all cells").focus()  # not in a frame that goes
        self.seen.evaluate("() => live.cells.forEach((cell) => (cell.reset(), cell.edited()))")

    def close(self):
        asked = {address.split("/")[2] for address in self.seen.asked if "://" in address}
        self.tab.close()
        assert asked == {self.address.split("/")[2]}, "nothing comes from another server"
        said = [text for text in self.seen.complaints if "404" not in text]  # a favicon
        assert said == []
