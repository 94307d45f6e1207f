"""Machine code from LLVM's language, by llvmlite."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from microgradlike.compile.llvm.builder import symbol
from microgradlike.compile.llvm.module import Unit
from microgradlike.op import Op

_lock = threading.Lock()


@cache
def _library() -> Any:
    """The C library's functions of numbers."""
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    return ctypes.CDLL(ctypes.util.find_library("m"))


class Machine:
    """Machine code of a unit; the better it is, the longer it takes to make."""

    def __init__(self, unit: Unit, *, optimised: bool) -> None:
        from llvmlite import binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self._caught = threading.local()  # what primitives of users raised, by thread
        self._raises = any(op is not None for op in unit.externals.values())
        with _lock:  # LLVM has one context for everything
            self._kept = [self._resolved(llvm, *item) for item in unit.externals.items()]
            self._engine = _linked(llvm, unit.text(), 2 if optimised else 0)

    def address(self, name: str) -> int:
        """Where a function stands."""
        found: int = self._engine.get_function_address(name)
        return found

    def function(self, name: str, *takes: Any) -> Callable[..., None]:
        """A function of these types that gives nothing back; what a primitive raises comes out."""
        f = ctypes.CFUNCTYPE(None, *takes)(self.address(name))
        if not self._raises:
            return f

        def call(*args: Any) -> None:
            f(*args)
            error = self._caught.__dict__.pop("error", None)
            if error is not None:
                raise error

        return call

    def _resolved(self, llvm: Any, name: str, op: Op | None) -> Any:
        """Tell LLVM where a function of scalars is: the C library's, or a primitive's in Python."""
        if op is None:
            function = getattr(_library(), name)
        else:
            kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * op.arity)
            function = kind(functools.partial(self._called, op.forward))
        llvm.add_symbol(symbol(name, 1), ctypes.cast(function, ctypes.c_void_p).value)
        return function

    def _called(self, forward: Callable[..., float], *xs: float) -> float:
        """A user's function, called by machine code, which no exception can pass through."""
        if "error" in self._caught.__dict__:
            return math.nan
        try:
            return float(forward(*xs))
        except BaseException as error:
            self._caught.error = error
            return math.nan


def _linked(llvm: Any, text: str, level: int) -> Any:
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        jit=True,
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    return engine
