"""docs/trust.md is what the data say, as far as can be seen without measuring again."""

import re

import pytest
from mpmath import mp, mpf

from microgradlike import ops
from tests import ROOT
from tests.oracle.census import Census
from tests.oracle.libraries import LIBRARIES
from tests.trust import accuracy, answers, classics, edges, mutants, programs, report, tails
from tests.trust.markdown import number, table
from tests.ulps import ulps

PAGE = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
EDGES = answers.read()
AGAIN = "docs/trust.md is out of date: python -m tests.trust writes it anew"


def part(start, end):
    """The page from one heading to another."""
    assert f"\n{start}\n" in PAGE
    assert f"\n{end}\n" in PAGE
    return PAGE.partition(f"\n{start}\n")[2].partition(f"\n{end}\n")[0]


def rows(text):
    """The cells of the tables in a text, by their first."""
    lines = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {cells[0]: cells[1:] for cells in lines}


def test_the_edge_section_is_what_the_edge_table_gives():
    section = part("## Edges", "## Programs")
    assert edges.section(EDGES) in section, AGAIN
    assert edges.second(EDGES) in section, AGAIN
    assert report.rules(EDGES) in section, AGAIN
    assert " | ".join(report.edges_claim(EDGES)) in PAGE, AGAIN


def test_every_edge_point_is_on_the_page_once_with_our_answer():
    for row in EDGES["row"]:
        assert PAGE.count(f"| {edges.formula(row)} | {edges.own_cell(row)} |") == 1, (
            f"{row}; {AGAIN}"
        )


def test_where_others_differ_the_table_says_why():
    for row in EDGES["row"]:
        answers = [edges.other_answer(row, name) for name in edges.TITLES]
        agreed = all(edges.agrees(row, a) or isinstance(a, str) for a in answers)
        assert agreed or row.get("note"), f"write a note with the reason into this row: {row}"
    for row in EDGES["second"]:
        answers = [edges.other_answer(row, name) for name in edges.TITLES]
        agreed = all(edges.second_agrees(row, a) or isinstance(a, str) for a in answers)
        assert agreed or row.get("note"), f"write a note with the reason into this row: {row}"


def test_every_rule_that_a_note_names_is_there():
    notes = " ".join(row.get("note", "") for row in EDGES["row"])
    named = {int(n) for n in re.findall(r"rule (\d)", notes)}
    assert named == set(range(1, len(EDGES["rules"]) + 1))


def test_writing_the_same_answers_again_changes_nothing():
    text = answers.PATH.read_text(encoding="utf-8")
    others, second = (
        [{name: edges.other_answer(row, name) for name in edges.TITLES} for row in EDGES[kind]]
        for kind in ("row", "second")
    )
    assert answers.rewritten(text, others, EDGES["versions"], second) == text


def test_new_answers_replace_the_old_and_leave_comments_alone():
    text = (
        '# head\n\n[versions]\ntorch = "1"\n\n# part\n\n[[row]]\nexpr = "a"\nothers.torch = "old"\n'
    )
    new = answers.rewritten(text, [{"torch": {"value": 1.0}}], {"torch": "2"})
    assert new == text.replace('"1"', '"2"').replace('"old"', "{ value = 1.0 }")


def test_others_show_both_orders_of_a_mixed_derivative():
    """That of x ** y at (2, 0) is 0.5 in either; two libraries say so in one of them."""
    row = next(row for row in EDGES["second"] if row["at"] == {"a": 2.0, "b": 0.0})
    cells = dict(zip(["", "ours", *edges.TITLES], edges.second_cells(row)))
    assert cells["ours"] == "0, 0.5; 0.5, 0.4805"
    assert cells["torch"] == "-0, **0**; 0.5, 0.4805"
    assert cells["autograd"] == "0, **2**; 0.5, 0.4805"
    assert cells["casadi"] == "·"


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_the_page_names_the_versions_that_answered(library):
    assert f"{library.name} {EDGES['versions'][library.name]}" in PAGE.partition("## Versions")[2]


def test_torch_still_answers_as_the_edge_table_says():
    torch = pytest.importorskip("torch")
    if torch.__version__.partition("+")[0] != EDGES["versions"]["torch"]:
        pytest.skip("the table has the answers of another version")
    for row in EDGES["row"]:
        then, now = edges.other_answer(row, "torch"), answers.ask(LIBRARIES[0], row)
        assert now == then if isinstance(then, str) else edges.agrees(row | then, now), row
    for row in EDGES["second"]:
        then, now = edges.other_answer(row, "torch"), answers.ask_second(LIBRARIES[0], row)
        assert now == then if isinstance(then, str) else edges.second_agrees(row | then, now), row


def test_every_partial_of_every_primitive_is_on_the_page_within_4_ulp():
    section = part("### Everywhere", "## Edges")
    found, exact = rows(section), section.partition(accuracy.EXACT)[2]
    for op in ops.TABLE.values():
        if f"`{op.name}`" not in exact:
            _, *partials = accuracy.Errors(op).names()
            assert set(partials) <= set(found), f"{op.name} is not on the page; {AGAIN}"
            assert max(float(u) for name in partials for u in found[name][:2]) <= 4


@pytest.mark.parametrize("point", tails.TAILS, ids=str)
def test_the_tails_are_what_the_page_says(point):
    op, texts, index = point
    got = tails.own_answer(*point)
    with mp.workdps(accuracy.DIGITS):
        want = tails.true_derivative(*point)
        assert ulps(got, want) <= 4
    line = f"| {accuracy.partial_name(op, index)} | {', '.join(texts)} | {number(float(want))} | "
    assert re.search(re.escape(f"{line}{number(got)} (") + r"[0-4](\.\d)?\) \|", PAGE), AGAIN


def test_there_is_no_page_where_a_partial_is_beyond_the_bound(monkeypatch):
    measured = accuracy.ours

    def spoiled(op, points):
        columns = measured(op, points)
        return [columns[0], [x * (1 + 1e-15) for x in columns[1]], *columns[2:]]

    monkeypatch.setattr(accuracy, "PEERS", ())
    monkeypatch.setattr(accuracy, "NEAR", 3)
    monkeypatch.setattr(accuracy, "FAR", 3)
    assert len(accuracy.measure()) == len(ops.TABLE)
    monkeypatch.setattr(accuracy, "ours", spoiled)
    with pytest.raises(SystemExit, match=r"partials beyond 4 ulp of the truth: .*tanh: \d"):
        accuracy.measure()


def test_every_classic_of_lost_digits_is_on_the_page_with_its_good_form():
    found = rows(part("## Classics of lost digits", "## Browsers"))
    for classic in classics.CLASSICS:
        story, ours, *_, good = found[classic.name]
        assert story == classic.story, AGAIN
        assert min(map(float, ours.split(", "))) < 12
        assert good == "-" if not classic.better else min(map(float, good.split(", "))) > 14


def test_the_digits_of_classics_are_those_of_value_and_gradient():
    heron = next(c for c in classics.CLASSICS if c.name == "Heron's triangle")
    ours, good = classics.measure(heron, peers=())
    assert max(ours) < 12 < 14 < min(good)
    assert classics.cell((16.0, 7.61)) == "16.0, 7.6"
    want = mpf(1), (mpf(2), mpf(3))
    assert classics.right((1.0, [2.0, 3.3]), want) == (16.0, pytest.approx(1))


def test_the_section_on_mutants_is_what_their_file_gives():
    found = mutants.read()
    assert mutants.section(found).strip() in PAGE, AGAIN
    assert " | ".join(mutants.claim(found)) in PAGE, AGAIN


def test_mutants_are_counted_and_survivors_shown_with_their_reasons():
    results = {
        "run": {"date": "1 May 2000", "cosmic-ray": "8.4", "python": "3.11"},
        "module": [
            {"name": "ops.py", "mutants": 1000, "killed": 999},
            {"name": mutants.RULES, "mutants": 400, "killed": 400},
        ],
        "survivor": [
            {"module": "a/ops.py", "rule": False, "was": "x | y", "now": "y", "reason": ""}
        ],
    }
    assert "999 of 1,000 changes (99.9%), and for 400 of 400" in mutants.claim(results)[2]
    section = mutants.section(results)
    assert "| ops.py | 1,000 | 999 | 99.9% |" in section
    assert r"| ops.py | `x \| y` → `y` | **no reason yet** |" in section
    assert mutants.claim(None)[2] == mutants.section(None) == mutants.MISSING


def tally(wrong=0, largest=0.1, **explained):
    return {"programs": 9, "wrong": wrong, "largest": largest, "explained": explained}


CENSUS = {
    "programs": 9,
    "instructions": 99,
    "differing": [],
    "unexplained": [],
    "libraries": {
        "microgradlike": {"value": tally(), "gradient": tally(largest=0.25)},
        "torch": {"value": tally(), "gradient": tally(2, 1e9, tails=2)},
        "jax": {"value": tally(), "gradient": tally()},
    },
}


def test_programs_are_counted_with_the_reasons_why_others_are_wrong():
    assert CENSUS.keys() == Census([]).report().keys()
    claim = programs.claim(CENSUS)[2]
    assert "the largest error is 0.25 of it" in claim
    assert "PyTorch's gradients in 2 and JAX's gradients in 0 programs" in claim
    section = programs.section(CENSUS)
    assert "9 random programs of 1 to 300 primitives, 11 on average" in section
    assert "| PyTorch | 0 (0.1) | **2 (1e9)** |" in section
    assert "| tails | gradient 2 | - |" in section
    assert programs.reasons({"libraries": {"microgradlike": CENSUS["libraries"]["jax"]}}) == ""


@pytest.mark.parametrize("what", ["unexplained", "differing"])
def test_there_is_no_page_where_a_disagreement_is_unexplained(monkeypatch, what):
    monkeypatch.setattr(programs, "run", lambda count: CENSUS)
    assert programs.measure() is CENSUS
    monkeypatch.setattr(programs, "run", lambda count: {**CENSUS, what: ["program 77"]})
    with pytest.raises(SystemExit, match="program 77"):
        programs.measure()


def test_the_page_has_the_reasons_why_others_are_off():
    assert programs.known() in part("### In the tails", "### Everywhere"), AGAIN


def test_every_link_within_the_page_has_its_heading():
    headings = {line.lstrip("# ").lower() for line in PAGE.splitlines() if line.startswith("#")}
    links = re.findall(r"\]\(#([\w-]+)\)", PAGE)
    assert len(links) == 5
    assert set(links) <= headings


def test_a_table_without_rows_is_a_mistake():
    with pytest.raises(ValueError, match="without rows"):
        table(["a"], [])


@pytest.mark.parametrize("claim", ["Digits", "Edges", "Programs"])
def test_the_readme_quotes_the_numbers_of_the_page(claim):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = readme.partition(f"- **{claim}.**")[2].partition("\n- **")[0]
    result = rows(PAGE)[f"[{claim}](#{claim.lower()})"][-1]
    measured = re.findall(r"\d[\d.,]*\d|\d", result)
    assert len(measured) >= 3
    missing = [x for x in measured if x not in re.findall(r"\d[\d.,]*\d|\d", quoted)]
    assert not missing, f'README\'s "{claim}" lacks {missing}; docs/trust.md says: {result}'


def test_the_readme_counts_primitives_and_edge_cases():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for count, noun in [(len(ops.TABLE), "primitives"), (len(EDGES["row"]), "cases at 0")]:
        assert f" {count} {noun}" in readme, f"README does not say that there are {count} {noun}"


def test_in_every_engine_of_a_browser_the_page_lists_errors_within_the_bound():
    found = rows(part("## Browsers", "## Mutants"))
    engines = found.pop("")
    assert {"V8", "SpiderMonkey", "JavaScriptCore", "QuickJS"} <= {e.split()[0] for e in engines}
    found.pop("---")
    names = {name for op in ops.TABLE.values() for name in accuracy.Errors(op).names()}
    assert set(found) <= names, AGAIN
    assert max(float(x) for cells in found.values() for x in cells) <= accuracy.BOUND
