"""MachineCode: a module compiled by llvmlite, with its functions as Python callables."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import sys
import threading
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from microgradlike.compile.llvm.builder import symbol
from microgradlike.compile.llvm.module import LLVMModule
from microgradlike.op import Op

_lock = threading.Lock()


@cache
def _c_library() -> ctypes.CDLL:
    """Return the C library that holds the functions of numbers."""
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    return ctypes.CDLL(ctypes.util.find_library("m"))


class MachineCode:
    """The machine code of a module; `optimised` code runs faster and takes longer to make."""

    def __init__(self, module: LLVMModule, *, optimised: bool) -> None:
        from llvmlite import binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self._errors = threading.local()  # exceptions of users' primitives, by thread
        self._may_raise = any(op is not None for op in module.externals.values())
        with _lock:  # LLVM has one context for everything
            self._alive = [self._register(llvm, *item) for item in module.externals.items()]
            self._engine = _compiled(llvm, module.text(), int(optimised))

    def address(self, name: str) -> int:
        """Return the address of a function of the module."""
        found: int = self._engine.get_function_address(name)
        return found

    def function(self, name: str, *argument_types: Any) -> Callable[..., None]:
        """Return a function of the module as a callable with these ctypes and without a result.

        An exception that a user's primitive raises inside is raised again when the call returns.
        """
        f = ctypes.CFUNCTYPE(None, *argument_types)(self.address(name))
        if not self._may_raise:
            return f

        def call(*args: object) -> None:
            f(*args)
            error = self._errors.__dict__.pop("error", None)
            if error is not None:
                raise error

        return call

    def _register(self, llvm: ModuleType, name: str, op: Op | None) -> object:
        """Tell LLVM the address of the C library's function `name`, or of a user's primitive."""
        if op is None:
            function = getattr(_c_library(), name)
        else:
            kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * op.arity)
            function = kind(functools.partial(self._guarded, op.forward))
        llvm.add_symbol(symbol(name, 1), ctypes.cast(function, ctypes.c_void_p).value)
        return function

    def _guarded(self, forward: Callable[..., float], *xs: float) -> float:
        """Call a user's function from machine code, which no exception may pass through."""
        if "error" in self._errors.__dict__:
            return math.nan
        try:
            return float(forward(*xs))
        except BaseException as error:
            self._errors.error = error
            return math.nan


def _compiled(llvm: ModuleType, text: str, level: int) -> Any:
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        jit=True,
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), target)
    engine.finalize_object()
    return engine
