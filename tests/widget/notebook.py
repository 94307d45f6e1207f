"""A notebook without a kernel: it keeps what is displayed, and ends cells."""

from types import SimpleNamespace

import IPython
import pytest


@pytest.fixture
def notebook(monkeypatch):
    """What a kernel would show, as bundles: `shown`; `end_cell()` ends a cell."""
    shown, callbacks = [], []

    def display(bundle, **options):
        shown.append(bundle)
        return SimpleNamespace(update=display)

    events = SimpleNamespace(
        register=lambda name, f: callbacks.append(f), unregister=lambda name, f: callbacks.remove(f)
    )
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(events=events))
    for module in ("frame_widget", "live_training"):
        monkeypatch.setattr(f"viz.notebook.{module}.in_notebook", lambda: True)
    return SimpleNamespace(
        shown=shown, callbacks=callbacks, end_cell=lambda: [f(None) for f in [*callbacks]]
    )
