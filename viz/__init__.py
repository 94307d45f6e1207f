"""The pictures: what microgradlike computes, to look at."""

from viz.drawing import Drawing as Drawing, draw as draw, draw_dot as draw_dot
from viz.explain import explain as explain
from viz.mermaid import to_mermaid as to_mermaid
from viz.page import Page as Page, page as page
from viz.plots import (
    PlotError as PlotError,
    plot_decision_boundary as plot_decision_boundary,
    plot_loss as plot_loss,
)
from viz.render import RenderError as RenderError
from viz.scene_json import scene_json as scene_json
from viz.watch import Watch as Watch, watch as watch
