"""Pages and pictures of notebooks on the site: a small site is built and looked at."""

import re
import subprocess
import sys

import pytest

from tests import ROOT

pytest.importorskip("myst_nb")
pytestmark = pytest.mark.looks

CONF = f"""
import sys
sys.path.insert(0, {str(ROOT / "docs/_extensions")!r})
extensions = ["myst_nb", "saved_pages"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
"""
NOTEBOOK = """---
file_format: mystnb
kernelspec:
  name: python3
---

# A chapter

```{code-cell}
from microgradlike import Value
from viz import draw, page

x = Value(3.0, "x")
y = x * x
page(y)
```

```{code-cell}
:tags: [remove-input, page-link]
page(y + 1, step="end")
```

```{code-cell}
---
mystnb:
  image:
    alt: "a chain"
---
for _ in range(9):
    y = y.tanh()
draw(y)
```

```{code-cell}
draw(x * 2)
```
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built pages and the warnings."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    (source / "part").mkdir()
    (source / "conf.py").write_text(CONF)
    (source / "index.md").write_text("# Site\n\n```{toctree}\npart/one\n```\n")
    (source / "part/one.md").write_text(NOTEBOOK)
    command = [sys.executable, "-m", "sphinx", "-q", str(source), str(built)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return built, (built / "part/one.html").read_text(encoding="utf-8"), done.stderr


def links(html):
    return re.findall(r'<p class="page-link"><a href="\.\./([^"]*)"', html)


def test_each_page_is_a_whole_file_that_its_frame_and_its_link_name(site):
    built, html, _ = site
    pages = [link for link in links(html) if link.startswith("_static/pages/")]
    assert pages == ["_static/pages/one-1.html#lang=en", "_static/pages/one-2.html#lang=en"]
    assert re.findall(r'<iframe [^>]*src="\.\./([^"]*)"', html) == pages[:1]
    for page in pages:
        text = (built / page.partition("#")[0]).read_text(encoding="utf-8")
        assert text.startswith("<!doctype html>")
        assert text.endswith("</html>\n")
    assert "srcdoc" not in html


def test_a_wide_picture_has_a_link_to_the_whole(site):
    built, html, _ = site
    (picture,) = [link for link in links(html) if link.startswith("_images/")]
    assert (built / picture).read_text(encoding="utf-8").startswith("<svg ")


def test_only_the_picture_without_an_alt_text_is_a_warning(site):
    _, html, warnings = site
    assert warnings.count("a picture has no alt text") == 1
    assert html.count('alt="a chain"') == 1
