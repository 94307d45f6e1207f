"""Engines: JavaScript engines in shells and browsers, asked by a script, answering in JSON."""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

QUICKJS = "import quickjs, sys; print(quickjs.Context().eval(open(sys.argv[1]).read()))"
# some shells have print and some a console; QuickJS in Python has neither, and takes the last value
TOLD = """
const told = JSON.stringify((() => { %s })());
(globalThis.print ?? globalThis.console?.log)?.(told);
told;
"""
PAGE = """<!doctype html><meta charset="utf-8"><body>%s<script>
const told = JSON.stringify((() => { %s })());
fetch("/", { method: "POST", body: told });
</script>"""
# functions of numbers: the numbers come and go as the hexadecimal of their bits
CALLS = """
const view = new DataView(new ArrayBuffer(8));
const number = (hex) => (view.setBigUint64(0, BigInt('0x' + hex)), view.getFloat64(0));
const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
return %s.map(({ text, name, points }) => {
  const f = new Function(`"use strict"; ${text}; return ${name};`)();
  return points.map((point) => [f(...point.map(number))].flat().map(bits));
});
"""


@dataclass(frozen=True)
class Engine:
    """A JavaScript engine: its name, and the shell or browser that has it, with its command."""

    name: str
    home: str
    command: tuple[str, ...]
    in_ci: bool = True

    @property
    def title(self):
        return f"{self.name} ({self.home})"

    def exists(self):
        """True if the program is there, or the package of Python."""
        if self.command[0] == sys.executable:
            return find_spec("quickjs") is not None
        return shutil.which(self.command[0]) is not None

    def version(self):
        """The number of its version: by the program, or by Debian's package of it."""
        if self.command[0] == sys.executable:
            return version("quickjs-ng")
        program = next((part for part in self.command if "/" in part), self.command[0])
        known = said(program, "--version") or said(
            "dpkg-query", "-W", "-f", "${Version}", owner(program)
        )
        return re.search(r"\d+(\.\d+)+\w*", known)[0]

    def evaluate(self, body):
        """The result of a function's body, through JSON."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "script.js")
            path.write_text(TOLD % body, encoding="utf-8")
            done = subprocess.run([*self.command, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    def call(self, tasks):
        """The results of functions; a task is a text, points, and the function's name in it."""
        asked = [
            {"text": text, "name": name, "points": [list(map(hexadecimal, p)) for p in points]}
            for text, points, name in tasks
        ]
        answer = self.evaluate(CALLS % json.dumps(asked))
        return [[[number(x) for x in row] for row in task] for task in answer]


@dataclass(frozen=True)
class BrowserEngine(Engine):
    """An engine in a browser, which gets a page from a server here and sends the answer to it."""

    def evaluate(self, body, markup=""):
        """The result of a function's body in a page with `markup`, through JSON."""
        with served(PAGE % (markup, body)) as (url, answer), tempfile.TemporaryDirectory() as home:
            command = [part.replace("HOME", home) for part in self.command]
            quiet = subprocess.DEVNULL
            child = subprocess.Popen(
                [*command, url], stdout=quiet, stderr=quiet, start_new_session=True
            )
            try:
                assert answer.wait(60), f"{self.title} did not answer"
            finally:
                os.killpg(child.pid, signal.SIGKILL)  # with the children that it began
                child.wait()
            return json.loads(answer.text)


@contextmanager
def served(page):
    """A server of one page: its address, and an event with the text that is posted to it."""
    answer = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page.encode() if self.path == "/" else b"")

        def do_POST(self):
            answer.text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(200)
            self.end_headers()
            answer.set()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", answer
        server.shutdown()


def said(*command):
    """The version that a program prints, or ""."""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout if re.search(r"\d\.\d", done.stdout) else ""


def owner(program):
    """Debian's package of a program."""
    path = os.path.realpath(shutil.which(program))
    return subprocess.run(["dpkg", "-S", path], capture_output=True, text=True).stdout.split(":")[0]


def number(hexadecimal):
    return struct.unpack(">d", bytes.fromhex(hexadecimal.zfill(16)))[0]


def hexadecimal(x):
    return struct.pack(">d", x).hex()


CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--user-data-dir=HOME")
FIREFOX = ("firefox-esr", "--headless", "--no-remote", "--profile", "HOME")
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), "MiniBrowser")
WEBKIT = ("xvfb-run", "--auto-servernum", str(MINI_BROWSER))
BROWSERS = [
    BrowserEngine("V8", "Chromium", CHROMIUM),
    BrowserEngine("SpiderMonkey", "Firefox", FIREFOX),
    BrowserEngine("JavaScriptCore", "WebKitGTK", WEBKIT, in_ci=False),
]
ENGINES = [
    Engine("V8", "Node.js", ("node",)),
    Engine("V8", "Deno", ("deno", "run")),
    Engine("SpiderMonkey", "gjs", ("gjs",)),
    Engine("JavaScriptCore", "jsc", ("jsc",)),
    Engine("JavaScriptCore", "Bun", ("bun", "run"), in_ci=False),
    Engine("QuickJS", "quickjs-ng", (sys.executable, "-c", QUICKJS)),
    *BROWSERS,
]
