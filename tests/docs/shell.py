"""Commands of pages: `microgradlike` runs, others are compared with what the project has."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from microgradlike.cli.main import main
from tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = set(PROJECT["optional-dependencies"])
CONNECTORS = {"&&", "||", ";", "|"}
ENVIRONMENT = re.compile(r"[A-Z_]+=")
# not run here, with the reason
ELSEWHERE = {
    "microgradlike demo": ".ci/run runs it",
    "pre-commit install": "changes the clone",
    "git": "changes the clone",
    "python3 -m venv": "the tests run in an environment already",
    ". .venv/bin/activate": "the tests run in an environment already",
    "bash .ci/run": "CI itself",
    "twine check": "a release is built by hand",
    "pipx run": "a release is built by hand",
    "sphinx-build": ".ci/run builds the site",
}


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]

    def __str__(self) -> str:
        return shlex.join(self.words)

    @property
    def reason(self) -> str | None:
        """The reason that the command is not run, if there is one."""
        return next((why for start, why in ELSEWHERE.items() if str(self).startswith(start)), None)


def commands(code: str) -> Iterator[Command]:
    """The commands of a block, without comments and variables of the environment."""
    for line in code.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word not in CONNECTORS:
                words += [] if not words and ENVIRONMENT.match(word) else [word]
            elif words:
                yield Command(tuple(words))
                words = []


def problem(command: Command) -> str | None:
    """The mistake in a command, which is run if it is one of ours."""
    program, *words = command.words
    if command.reason:
        return None
    if program in CHECKS:
        return CHECKS[program](words)
    return "no test runs it; add a check, or the reason that there is none, to tests/docs/shell.py"


def _ours(words: list[str]) -> str | None:
    try:
        status = main(words)
    except SystemExit as end:  # of argparse, after --help, --version or a mistake
        status = int(end.code or 0)
    answers = (0, 1) if words[0] == "grade" else (0,)  # a page grades an engine with a mistake
    return None if status in answers else f"exit status {status}"


def _pip(words: list[str]) -> str | None:
    named = {
        extra for word in words for extra in ",".join(re.findall(r"\[(.*?)\]", word)).split(",")
    }
    missing = sorted(named - EXTRAS - {""})
    return f"pyproject.toml has no extra {missing}" if missing else None


def _files(words: list[str]) -> str | None:
    paths = [word.partition("::")[0] for word in words if re.match(r"[\w.-]+/|.*\.(py|js)$", word)]
    missing = [path for path in paths if not list(ROOT.glob(path))]
    return f"there is no {missing}" if missing else None


def _python(words: list[str]) -> str | None:
    if words[:2] == ["-m", "pip"]:
        return _pip(words[2:])
    if words[0] == "-m":
        return None if importlib.util.find_spec(words[1]) else f"there is no module {words[1]}"
    if words[0] == "-c":
        ast.parse(words[1])
        return None
    return _files(words[:1])


CHECKS = {
    "microgradlike": _ours,
    "pip": _pip,
    "pytest": _files,
    "python": _python,
}
