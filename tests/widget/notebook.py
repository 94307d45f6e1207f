"""A notebook without a kernel: it keeps what is displayed and sent, and ends cells."""

from types import SimpleNamespace

import IPython
import pytest


@pytest.fixture
def notebook(monkeypatch):
    """The bundles that a kernel would show, as `shown`; `end_cell()` ends a cell."""
    shown, callbacks = [], []

    def display(bundle, **options):
        shown.append(bundle)
        return SimpleNamespace(update=display)

    events = SimpleNamespace(
        register=lambda name, f: f in callbacks or callbacks.append(f),
        unregister=lambda name, f: callbacks.remove(f),
    )
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(events=events))
    for module in ("frame_widget", "live_training"):
        monkeypatch.setattr(f"viz.notebook.{module}.in_notebook", lambda: True)
    return SimpleNamespace(
        shown=shown, callbacks=callbacks, end_cell=lambda: [f(None) for f in [*callbacks]]
    )


def messages(w):
    """The messages that the page will get from `w`, as they come."""
    kept = []
    w.send = lambda content, buffers=None: kept.append(content)
    return kept


def hear(w, **message):
    """Give `w` a message of the page."""
    w._handle_custom_msg(message, [])
