"""Machine code from LLVM's language, by llvmlite."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
from functools import cache
from typing import Any

from microgradlike.compile.ir import symbol
from microgradlike.compile.unit import Unit
from microgradlike.op import Op

_lock = threading.Lock()


@cache
def _library() -> Any:
    """The C library's functions of numbers."""
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    return ctypes.CDLL(ctypes.util.find_library("m"))


def compiled(unit: Unit, *, optimised: bool) -> Any:
    """An engine that has the functions of the unit; the better they are, the longer it takes."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    with _lock:  # LLVM has one context for everything
        return _linked(llvm, unit.text(), unit.externals, 2 if optimised else 0)


def _linked(llvm: Any, text: str, externals: dict[str, Op | None], level: int) -> Any:
    kept = [_resolved(llvm, name, op) for name, op in externals.items()]
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        jit=True,
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    engine.microgradlike = kept  # callbacks live as long as their code
    return engine


def _resolved(llvm: Any, name: str, op: Op | None) -> Any:
    """Tell LLVM where a function of scalars is: the C library's, or a primitive's own in Python."""
    if op is None:
        function = getattr(_library(), name)
    else:
        kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * op.arity)
        function = kind(op.forward)
    llvm.add_symbol(symbol(name, 1), ctypes.cast(function, ctypes.c_void_p).value)
    return function
