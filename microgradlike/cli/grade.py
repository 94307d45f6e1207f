"""The command `grade`: a learner's engine."""

from __future__ import annotations

import argparse

from microgradlike.testing.grading.api import grade as grade_file


def add_grade_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `grade`."""
    parser.add_argument("file", metavar="FILE", help="a Python file such as my_engine.py")
    parser.add_argument(
        "--class",
        dest="class_name",
        default="Value",
        metavar="NAME",
        help="the class of its numbers (default: Value)",
    )


def grade(arguments: argparse.Namespace) -> int:
    """Grade the class of a file; return 1 for a mistake, else 0."""
    report = grade_file(arguments.file, class_name=arguments.class_name)
    print(report)
    return 0 if report.is_right else 1
