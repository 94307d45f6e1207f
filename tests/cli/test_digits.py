"""The command digits: the report, the better formula and the exit status."""

import pytest

import microgradlike
from microgradlike.cli.main import main

pytest.importorskip("mpmath")
LOST = ["(1 - cos(x))/(x*x)", "--at", "x=1e-8"]


def test_the_report_is_printed(capsys):
    assert main(["digits", *LOST]) == 0
    out = capsys.readouterr().out
    assert out.startswith("value   0.0 of 16 digits right (0, is 0.5)")
    assert "\nlost at 1 - cos(x): operands 16.0 → 0.0" in out


@pytest.mark.parametrize(("at", "status"), [("x=1e-8", 1), ("x=0.5", 0)])
def test_the_exit_status_is_1_for_fewer_digits_than_the_least(at, status):
    assert main(["digits", LOST[0], "--at", at, "--least", "10"]) == status


def test_undecided_digits_are_fewer_than_any_least():
    assert main(["digits", "sin(x)**2 + cos(x)**2 - 1", "--at", "x=0.3", "--least", "0"]) == 1


@pytest.mark.parametrize("least", ["17", "-1", "nan", "many"])
def test_the_least_is_a_number_of_digits(least, capsys):
    assert main(["digits", "x", "--at", "x=1", f"--least={least}"]) == 2
    assert f"must be a number from 0 to 16, got '{least}'" in capsys.readouterr().err


def test_what_to_write_instead_is_printed_where_digits_are_lost(capsys):
    main(["digits", *LOST])
    assert "\n    return sinc(x/2)**2/2\n" in capsys.readouterr().out
    main(["digits", "x*x", "--at", "x=3"])
    assert "return" not in capsys.readouterr().out


def test_a_formula_without_a_better_one_keeps_its_report(monkeypatch, capsys):
    def unknown(f, *point):
        raise ValueError("the exact value is not known there")

    monkeypatch.setattr(microgradlike, "improve", unknown)
    assert main(["digits", *LOST]) == 0
    assert main(["digits", "(1e16 + 1) - 1e16"]) == 0
    assert capsys.readouterr().err == ""


def test_draw_and_page_take_digits(tmp_path):
    assert main(["draw", *LOST, "--digits", "-o", str(tmp_path / "y.dot")]) == 0
    assert "lost here" in (tmp_path / "y.dot").read_text("utf-8")
    assert main(["page", *LOST, "--digits", "-o", str(tmp_path / "y.html")]) == 0
    assert '"digits":{' in (tmp_path / "y.html").read_text("utf-8")
