"""MachineCode: a module compiled by llvmlite, with its functions as Python callables."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

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


@dataclass(eq=False)
class MachineCode:
    """Machine code: an object file, and the functions that it calls, as `LLVMModule.externals`."""

    code: Any
    externals: dict[str, Op | None]

    def __post_init__(self) -> None:
        from llvmlite import binding as llvm

        self._errors = threading.local()  # exceptions of users' primitives, by thread
        self.may_raise = any(op is not None for op in self.externals.values())
        with _lock:  # LLVM has one context for everything
            self._alive = [self._register(llvm, *item) for item in self.externals.items()]
            target = _target_machine(llvm, 0)
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(self.code.tobytes()))
            self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Return the address of a function of the module."""
        found: int = self._engine.get_function_address(name)
        return found

    def function(self, name: str, *argument_types: Any) -> Callable[..., None]:
        """Return a function of the module as a callable with these ctypes and without a result.

        An exception that a user's primitive raises inside is raised again when the call returns.
        """
        f = ctypes.CFUNCTYPE(None, *argument_types)(self.address(name))
        if not self.may_raise:
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


def compiled(module: LLVMModule, *, optimised: bool) -> MachineCode:
    """Return the machine code of a module; optimised code runs faster and takes longer to make."""
    from llvmlite import binding as llvm

    with _lock:
        target = _target_machine(llvm, int(optimised))
        code = target.emit_object(llvm.parse_assembly(module.text()))
    return MachineCode(np.frombuffer(code, np.uint8), module.externals)


def machine() -> str:
    """Return the processor and the versions that machine code is made for and by."""
    import llvmlite
    from llvmlite import binding as llvm

    versions = llvmlite.__version__, llvm.llvm_version_info
    return f"{_processor(llvm)} {llvm.get_default_triple()} {versions}"


@cache
def _processor(llvm: ModuleType) -> dict[str, str]:
    """Return the name and the features of the processor; LLVM takes 0.3 ms to find them."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return {
        "cpu": llvm.get_host_cpu_name(),
        "features": llvm.get_host_cpu_features().flatten(),
    }


def _target_machine(llvm: ModuleType, level: int) -> Any:
    processor = _processor(llvm)  # which makes the default target known
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(**processor, opt=level, jit=True)
