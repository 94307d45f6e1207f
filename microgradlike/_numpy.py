"""`np`: NumPy, or in its place the arrays of `lists`, on which the backend "python" runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
else:
    try:
        import numpy as np
    except ModuleNotFoundError:
        from microgradlike import lists as np

__all__ = ["HAS_NUMPY", "np"]

HAS_NUMPY = np.__name__ == "numpy"
