"""The pictures: what microgradlike computes, to look at."""

from viz.dot.drawing import Drawing as Drawing, draw as draw, draw_dot as draw_dot
from viz.dot.render import RenderError as RenderError
from viz.page.page import Page as Page, page as page
from viz.page.scene_json import scene_json as scene_json
from viz.text.explain import explain as explain
from viz.text.mermaid import to_mermaid as to_mermaid
from viz.training.plots import (
    PlotError as PlotError,
    plot_decision_boundary as plot_decision_boundary,
    plot_loss as plot_loss,
)
from viz.training.recorder import Watch as Watch, watch as watch
