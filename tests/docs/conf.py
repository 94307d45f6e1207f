"""The settings of a site of one chapter, or of the tutorial alone; Pyodide from the same server."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_extensions"))

extensions = ["myst_nb", "sphinx_copybutton", "live"]
exclude_patterns = ["*.py"]
html_theme = "furo"
html_title = "chapter"
live_pyodide = "/pyodide/"
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_merge_streams = True


def setup(app):
    """The page in Korean names its language, as those of the tutorial do."""
    app.connect("html-page-context", name_the_language)


def name_the_language(_app, page, _template, context, _doctree):
    if page == "ko":
        context["language"] = "ko"
