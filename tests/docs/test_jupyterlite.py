"""The notebooks of JupyterLite begin with an installation in the browser."""

import ast

from tests.docs.modules import module

jupyterlite = module("docs/jupyterlite.py")


def test_a_notebook_begins_with_the_installation_and_keeps_its_cells():
    page = {"cells": ["the first"], "metadata": {"a": 1}, "nbformat": 4}
    made = jupyterlite.with_first_cell(page)
    assert made["cells"][0]["source"] == jupyterlite.FIRST_CELL
    assert made["cells"][1:] == ["the first"]
    assert made["metadata"]["a"] == 1
    assert page["cells"] == ["the first"]


def test_the_first_cell_is_python_with_top_level_await():
    code = compile(jupyterlite.FIRST_CELL, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert {"piplite", "lend_graphviz"} <= set(code.co_names)
