"""Renderers: programs that make pixels of an SVG, and how well they draw ours."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import matplotlib.image
import numpy as np

from viz.label import ADVANCE, columns

SCALE = 4  # pixels per unit of the picture
NUMBERS = "0123456789+−.e∞"
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Renderer:
    """A program or package that draws SVG without CSS animations."""

    name: str
    package: str  # the package of Python, or ""
    command: tuple[str, ...]  # or a command with IN, OUT and WIDTH
    in_ci: bool = True

    def exists(self):
        """True if the program or the package is there."""
        if self.package:
            return find_spec(self.package) is not None
        return shutil.which(self.command[0]) is not None

    def version(self):
        """The number of its version."""
        if self.package:
            return version(self.package)
        done = subprocess.run([self.command[0], "--version"], capture_output=True, text=True)
        return re.search(r"\d+(\.\d+)+", done.stdout)[0]

    def draw(self, svg):
        """The picture as rows of grey pixels from 0 to 1, SCALE pixels to a unit."""
        width = round(SCALE * size(svg)[0])
        if self.package == "cairosvg":
            import cairosvg

            return grey(cairosvg.svg2png(bytestring=svg.encode(), output_width=width))
        if self.package == "resvg_py":
            import resvg_py

            return grey(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width)))
        with TemporaryDirectory() as folder:
            files = {"IN": f"{folder}/in.svg", "OUT": f"{folder}/out.png", "WIDTH": str(width)}
            Path(files["IN"]).write_text(svg, encoding="utf-8")
            command = [files.get(part, part) for part in self.command]
            subprocess.run(command, check=True, capture_output=True)
            return grey(Path(files["OUT"]).read_bytes())


def grey(png):
    """Rows of grey pixels from 0 to 1, on white."""
    pixels = matplotlib.image.imread(io.BytesIO(png))
    if pixels.ndim == 2:
        return pixels
    alpha = pixels[..., 3] if pixels.shape[2] == 4 else 1.0
    return pixels[..., :3].mean(axis=2) * alpha + 1 - alpha


RENDERERS = [
    Renderer("CairoSVG", "cairosvg", ()),
    Renderer("resvg-py", "resvg_py", ()),
    Renderer("librsvg", "", ("rsvg-convert", "-w", "WIDTH", "IN", "-o", "OUT")),
    Renderer("Inkscape", "", ("inkscape", "-w", "WIDTH", "IN", "-o", "OUT"), in_ci=False),
]


def size(svg):
    """Width and height of a picture in its own units."""
    return tuple(map(float, ET.fromstring(svg).get("viewBox").split()[2:]))


@dataclass(frozen=True)
class Line:
    """A line of text in a picture: its left end on the baseline, in units."""

    text: str
    x: float
    y: float
    size: float

    def cell(self, image, k, shift=0.0, wide=0.0):
        """The pixels around character k of the line, `shift` characters to the left."""
        advance = ADVANCE * self.size
        left, right = self.x + (k - shift - wide) * advance, self.x + (k + 1 - shift) * advance
        top, bottom = self.y - 0.85 * self.size, self.y + 0.2 * self.size
        at = [max(0, round(SCALE * x)) for x in (top, bottom, left, right)]
        return image[at[0] : at[1], at[2] : at[3]]


def lines(svg):
    """The lines of text of a picture that are seen, in the order of the text."""
    root = ET.fromstring(svg)
    shift = re.search(r"translate\((\S+) (\S+)\)", root.find(f"{SVG}g").get("transform"))
    right, down = map(float, shift.groups())
    for e in root.iter(f"{SVG}text"):
        if e.text and e.get("fill") != "none":
            x, y = float(e.get("x")) + right, float(e.get("y")) + down
            if e.get("text-anchor") == "middle":
                x -= float(e.get("textLength")) / 2
            yield Line(e.text, x, y, float(e.get("font-size", 14)))


def specimen(svg, size):
    """A picture in the style of `svg` with the letters of NUMBERS, apart from one another."""
    style = ET.fromstring(svg).get("style")
    texts = "".join(
        f'<text x="{4 + 10 * k}" y="20" font-size="{size}">{c}</text>'
        for k, c in enumerate(NUMBERS)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40" width="160" height="40"'
        f' style="{style}"><rect width="160" height="40" fill="#ffffff"/>{texts}</svg>'
    )


def is_number(text):
    """True for texts that are numbers in short."""
    return bool(text) and set(text) <= set(NUMBERS)


def has_ink(line, image):
    """True if every letter has ink; a line may be drawn up to 4 % shorter than it says."""
    return all(
        np.ptp(line.cell(image, k, wide=0.04 * k)) > 0.2
        for k, c in enumerate(line.text)
        if not c.isspace() and columns(c) == 1
    )


def alphabet(drawn, size):
    """The pixels of each letter of NUMBERS in a drawing of `specimen`."""
    return {c: Line(c, 4 + 10 * k, 20, size).cell(drawn, 0) for k, c in enumerate(NUMBERS)}


def read(line, image, letters):
    """The number that the pixels of the line look like."""
    return "".join(nearest(line, image, k, letters) for k in range(len(line.text)))


def nearest(line, image, k, letters):
    """The letter most like the pixels, however bright their background."""

    def off(letter, shift):
        cell = line.cell(image, k, shift)
        rows, cols = map(min, zip(cell.shape, letter.shape))
        return float(np.mean((contrast(cell[:rows, :cols]) - contrast(letter[:rows, :cols])) ** 2))

    shifts = np.arange(-0.1, 0.35, 0.05)
    return min(letters, key=lambda c: min(off(letters[c], shift) for shift in shifts))


def contrast(pixels):
    """The pixels less their background, from -1 to 1."""
    ink = pixels - np.median(pixels)
    return ink / (np.abs(ink).max() or 1)
