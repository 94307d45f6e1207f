"""The README's Python blocks run, top to bottom in one namespace, and its doctest lines hold."""

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_every_block_runs_and_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(BLOCKS) >= 5
    test = doctest.DocTestParser().get_doctest(
        "\n".join(BLOCKS), {"__name__": "readme"}, "README.md", "README.md", 0
    )
    assert test.examples, "the blocks are written as a session: >>> lines and what they print"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    said = []
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_every_block_is_a_session_or_it_would_not_be_run():
    assert all(line.startswith((">>>", "...")) for block in BLOCKS for line in first_lines(block))


def first_lines(block):
    return [block.splitlines()[0]] if block.strip() else []


def test_every_local_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)|src=\"([^\"]+)\"", README)
    local = [a or b for a, b in targets if not (a or b).startswith("http")]
    assert local
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_the_two_commands_stand_first():
    commands = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert 'python -m pip install -e ".[all]" && microgradlike demo' in commands[0]
    assert 'python -m pip install -e ".[test]" && pytest' in "".join(commands[:2])
