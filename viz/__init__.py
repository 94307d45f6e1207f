"""Pictures of what microgradlike computes: drawings, pages, text and plots.

- `draw(y)`: a `Drawing`, shown in a notebook or saved as SVG, PNG, PDF or DOT.
- `draw_dot(root)`: the same picture as a `graphviz.Digraph`, as in micrograd's notebook.
- `explain(y, x)`: the chain rule as text: every path from x to y, its product, the sum.
- `page(y)`: a `Page`, one offline HTML file in which backpropagation is stepped through.
- `playground()`: a `Page` with a field for a formula, whose graph follows as one types.
- `watch(model, data=..., loss=...)`: a `Watch`, which records a training for `page`.
- `to_mermaid(root)`: the graph as a Mermaid flowchart, for Markdown.
- `scene_json(y)`: the graph and its numbers as JSON.
- `widget(y)`: the page in a notebook, tied to the Values in the kernel (extra `widget`).
- `live()`: a callback that draws a training in a notebook while it runs (extra `widget`).
- `plot_loss(losses)`, `plot_decision_boundary(model, points, labels)`: figures by matplotlib.
- `RenderError`: Graphviz is missing or failed. `PlotError`: matplotlib is missing.

A file `viz.py` beside your own hides this package: `from viz import draw` is then an ImportError.
"""

from viz.dot.drawing import Drawing, draw, draw_dot
from viz.dot.render import RenderError
from viz.notebook.widget import live, widget
from viz.page.page import Page, page
from viz.page.playground import playground
from viz.page.scene_json import scene_json
from viz.text.explain import explain
from viz.text.mermaid import to_mermaid
from viz.training.plots import PlotError, plot_decision_boundary, plot_loss
from viz.training.recorder import Watch, watch

__all__ = [
    "Drawing",
    "Page",
    "PlotError",
    "RenderError",
    "Watch",
    "draw",
    "draw_dot",
    "explain",
    "live",
    "page",
    "playground",
    "plot_decision_boundary",
    "plot_loss",
    "scene_json",
    "to_mermaid",
    "watch",
    "widget",
]


def __dir__() -> list[str]:
    return __all__
