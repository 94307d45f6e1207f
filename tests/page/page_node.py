"""PageNode: the engine of the page in one node process, asked from Python."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from microgradlike.compile.arithmetic import arithmetic
from microgradlike.compile.export.javascript import SPELLINGS
from viz.page.scene_json import spelled, to_json
from viz.scene.scene import scene

ANSWER = Path(__file__).with_name("answer.js")


def number(hexadecimal):
    return struct.unpack(">d", bytes.fromhex(hexadecimal.zfill(16)))[0]


def hexadecimal(x):
    return struct.pack(">d", x).hex()


def numbers(answer):
    """An answer with numbers in place of their bits."""
    for state in answer:
        for key in ("data", "local", "grad"):
            state[key] = [number(x) for x in state[key]]
        for push in state["pushes"]:
            for key in ("local", "upstream", "contribution", "before", "after"):
                push[key] = number(push[key])
        for at in state["states"]:
            at["grad"] = [number(x) for x in at["grad"]]
    return answer


class PageNode:
    """A node process that makes an engine of each scene it is given, and runs `script` on it."""

    def __init__(self, program, script=ANSWER):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program, str(script)], stdin=pipe, stdout=pipe, text=True)

    def ask(self, y, *, leaves=(), steps=(), wrong_order=False, spellings=None):
        """The numbers of an engine for the graph of `y`, after each (place, number) of `leaves`.

        `steps` are the (k, direction) at which its state is returned, k at most the last one.
        """
        more = {
            "leaves": [[i, hexadecimal(x)] for i, x in leaves],
            "steps": list(steps),
            "wrongOrder": wrong_order,
        }
        return numbers(self.send(y, spellings or {}, **more))

    def send(self, y, spellings=None, **more):
        """The script's answer about the graph of `y`, for a question with these fields."""
        spellings = spellings or {}
        known = spelled(y, [*SPELLINGS, *spellings])
        question = {
            "scene": json.loads(to_json(scene(y), known)),
            "primitives": arithmetic(known.values(), "PRIMITIVES", spellings),
            **more,
        }
        self.child.stdin.write(json.dumps(question) + "\n")
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        assert not isinstance(answer, str), answer
        return answer

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


@pytest.fixture(scope="module")
def page_node():
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    child = PageNode(program)
    yield child
    child.close()
