"""Node: JavaScript run in one process, numbers in and out by their bits."""

import json
import shutil
import struct
import subprocess

import pytest

SERVER = """
const view = new DataView(new ArrayBuffer(8));
const number = (hex) => (view.setBigUint64(0, BigInt('0x' + hex)), view.getFloat64(0));
const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
const answer = ({ text, name, points }) => {
  const f = new Function(`"use strict"; ${text}; return ${name};`)();
  return points.map((point) => [f(...point.map(number))].flat().map(bits));
};
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    console.log(JSON.stringify(answer(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify(String(error)));
  }
});
"""


class Node:
    """A node process that waits for programs."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program, "-e", SERVER], stdin=pipe, stdout=pipe, text=True)

    def run(self, text, points, name="f"):
        """The results of the function `name` of a text at points, a list of numbers for each."""
        rows = [[struct.pack(">d", x).hex() for x in point] for point in points]
        self.child.stdin.write(json.dumps({"text": text, "name": name, "points": rows}) + "\n")
        self.child.stdin.flush()
        answer = json.loads(self.child.stdout.readline())
        assert not isinstance(answer, str), answer
        return [[struct.unpack(">d", bytes.fromhex(x.zfill(16)))[0] for x in row] for row in answer]

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


@pytest.fixture(scope="module")
def node():
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    child = Node(program)
    yield child
    child.close()
