import sys
from pathlib import Path
DOCS = Path(__file__).parents[3] / "docs"
sys.path.insert(0, str(DOCS / "_extensions"))
extensions = ["myst_nb", "sphinx_copybutton", "live"]
html_theme = "furo"
