"""The site: `sphinx-build -W -j auto docs build/site`, after `pip install -e ".[docs]"`."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "microgradlike"
author = "The microgradlike authors"
project_copyright = author
version = release = importlib.metadata.version("microgradlike")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    # of docs/_extensions
    "live",
    "mathml",
    "reference",
    "repository",
    "saved_pages",
]
exclude_patterns = ["_extensions"]
nitpicky = True

autodoc_typehints = "none"  # a docstring says what an argument means

smartquotes = False  # "LR" and --at are typed as they stand

html_theme = "furo"
html_title = "microgradlike"
html_static_path = ["_static"]
html_css_files = ["site.css", "reference.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"  # in _extensions: the others load scripts from the network

myst_enable_extensions = [
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "html_image",  # <img> with its width, copied and checked like any picture
]
myst_heading_anchors = 4
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

nb_execution_mode = "force"  # a cache would not see a change of microgradlike itself
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
