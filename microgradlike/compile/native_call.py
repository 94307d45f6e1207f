"""NativeCall: a call of a small program in machine code, from its arguments to its result.

A native call is a builtin that takes arguments of one structure, runs the machine code of a
program, and nests the results. For other arguments, for a nan that has to be looked into, and
while a function is recorded, it returns NotImplemented. `call_jitted` takes the place of
`Jitted.__call__`: it tries the native call of the function, and then the method written in Python.
Both rely on a layout of Python's objects, which `compile.object_layout` checks.
"""

from __future__ import annotations

import ctypes
import re
import struct
import sys
import threading
from ctypes import c_char_p, c_int, c_void_p
from typing import Any

import numpy as np

from microgradlike.compile.arrays import DOUBLE
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.engine import MachineCode, compiled
from microgradlike.compile.llvm.executable import NativeProgram, SharedPart
from microgradlike.compile.llvm.module import LLVMModule
from microgradlike.compile.object_layout import TUPLE_ITEMS, is_known
from microgradlike.compile.prepared_call import PreparedCall
from microgradlike.context import active_trace, eager_jit
from microgradlike.derivatives.pytree import LeafSpec

LIMIT = 256  # numbers that go in and out, each by instructions of its own
NAME = b"native_call"
FASTCALL, KEYWORDS = 0x80, 0x02
IN_ORDER = 0x101  # flags of an array: contiguous, and aligned
_installing = threading.RLock()
enabled = True  # tests turn it off: results, warnings and errors stay the same


class _MethodDef(ctypes.Structure):
    """PyMethodDef, by which Python knows a function in machine code."""

    _fields_ = list(zip(("name", "code", "flags", "doc"), (c_char_p, c_void_p, c_int, c_char_p)))


def native_call(call: PreparedCall, args: tuple[Any, ...]) -> Any:
    """Return a native call for arguments like these, or None if there cannot be one."""
    native = call.executable.per_row.run
    if not enabled or not isinstance(native, NativeProgram) or call.recording.values:
        return None
    shared = native.shared
    if shared.tables or shared.code.may_raise or not is_known():
        return None
    if shared.inputs.stop + native.outputs > LIMIT:
        return None
    ir = _ObjectBuilder()
    try:
        outputs = ir.run(native, shared, args)
        result = ir.result(call, outputs)
    except TypeError:  # an argument or a result is not of floats, lists, tuples and arrays
        return None
    code = _compiled(BUILTIN.format("\n".join(ir.lines), result))
    method = _MethodDef(NAME, code.address("native_call"), FASTCALL)
    # in bytes, which the collector does not empty before the builtin is freed
    table = bytes(method) + struct.pack(f"{len(ir.addresses)}q", *ir.addresses)
    new = ctypes.pythonapi.PyCFunction_NewEx
    new.argtypes, new.restype = [ctypes.c_void_p, *[ctypes.py_object] * 2], ctypes.py_object
    return new(id(table) + 32, table, (code, native, ir.alive))


class _ObjectBuilder(IRBuilder):
    """Instructions that take Python's objects apart and make new ones.

    `addresses` is the table of addresses that the code is given, `alive` keeps objects alive.
    """

    def __init__(self) -> None:
        super().__init__(1)
        self.addresses = [id(NotImplemented)]
        self._loaded: dict[int, str] = {}
        self.alive: list[object] = []

    def run(self, native: NativeProgram, shared: SharedPart, args: tuple[Any, ...]) -> list[str]:
        """Append a run of the program at arguments that are like `args`, and return its outputs."""
        self.lines.append(f"  %state = alloca [{max(1, shared.first_constant)} x double], align 64")
        self.require_none_active()
        self.require("i64", "%given", str(len(args)))
        numbers = [y for i, x in enumerate(args) for y in self.take(self.load_word("%args", i), x)]
        for i, number in enumerate(numbers):
            self.store(number, "%state", i)
        self.lines.append(
            f"  call void {self.address(shared.code.address('compute_shared'))}(ptr %state)"
        )
        numbers, first = shared.array().tolist(), shared.first_constant
        places = np.arange(len(numbers))[native.places].tolist()
        return [self.load("%state", k) if k < first else self.constant(numbers[k]) for k in places]

    def result(self, call: PreparedCall, outputs: list[str]) -> str:
        """Append the steps from the outputs of the program to the result of the call."""
        run = call.executable.per_row
        terms = run.zero_terms
        if run.absorbs:
            for y in outputs:
                self.require_true(self.compare("ord", y, y))
        outputs = outputs[run.probes :]
        if terms is not None:
            outputs = [self.add(y, self.constant(term)) for y, term in zip(outputs, terms)]
        return self.make(call.recording.outputs.map(lambda leaf: leaf), outputs)

    def load_word(self, base: str, index: int, kind: str = "ptr") -> str:
        """Append the load of a pointer or an integer; a word is the size of a pointer."""
        return self._load(kind, f"getelementptr i64, ptr {base}, i64 {index}")

    def address(self, address: int) -> str:
        """Append the load of an address from the table."""
        if address not in self._loaded:
            self._loaded[address] = self.load_word("%table", len(self.addresses))
            self.addresses.append(address)
        return self._loaded[address]

    def require_true(self, condition: str) -> None:
        """Append a jump to the end, which returns NotImplemented, unless the condition holds."""
        here = f"then{len(self.lines)}"
        self.lines += [f"  br i1 {condition}, label %{here}, label %other", f"{here}:"]

    def require(self, kind: str, x: str, wanted: str) -> None:
        """Append the same unless x is the one that is wanted."""
        self.require_true(self.assign(f"icmp eq {kind} {x}, {wanted}"))

    def require_none_active(self) -> None:
        """Append checks that no function is recorded, nor run eagerly by another jit function."""
        self.lines.append("  %place = alloca ptr")
        for variable, wanted in (active_trace, None), (eager_jit, False):
            get = f"@PyContextVar_Get(ptr {self.address(id(variable))}, ptr null, ptr %place)"
            self.assign(f"call i32 {get}")
            found = self.load_word("%place", 0)
            self.lines.append(f"  call void @Py_DecRef(ptr {found})")
            self.require("ptr", found, self.address(id(wanted)))

    def take(self, x: str, like: Any) -> list[str]:
        """Append checks that x is like an argument, and loads of its numbers."""
        kind = type(like)
        self.require("ptr", self.load_word(x, 1), self.address(id(kind)))
        if kind is float:
            return [self.load(x, 2)]
        if kind is list or kind is tuple:
            self.require("i64", self.load_word(x, 2, "i64"), str(len(like)))
            items = self._items(x, kind)
            parts = [self.take(self.load_word(items, i), part) for i, part in enumerate(like)]
            return [number for part in parts for number in part]
        if kind is not np.ndarray or like.dtype is not DOUBLE:
            raise TypeError("no float, list, tuple or array of doubles")
        self.require("i32", self.load_word(x, 3, "i32"), str(like.ndim))
        for axis, length in enumerate(like.shape):
            self.require("i64", self.load_word(self.load_word(x, 4), axis, "i64"), str(length))
        self.require("ptr", self.load_word(x, 7), self.address(id(DOUBLE)))
        flags = self.assign(f"and i32 {self.load_word(x, 8, 'i32')}, {IN_ORDER}")
        self.require("i32", flags, str(IN_ORDER))
        data = self.load_word(x, 2)
        return [self.load(data, i) for i in range(like.size)]

    def make(self, part: Any, outputs: list[str]) -> str:
        """Append the construction of a result. If there is no memory, its parts are lost."""
        if isinstance(part, LeafSpec):
            if part.shape is None:
                return self._new(f"@PyFloat_FromDouble(double {outputs[part.start]})")
            self.alive.append(copy := np.empty(part.shape).copy)
            new = self._new(f"@PyObject_CallNoArgs(ptr {self.address(id(copy))})")
            data = self.load_word(new, 2)
            for i in range(part.size):
                self.store(outputs[part.start + i], data, i)
            return new
        kind = type(part)
        if (kind is not list and kind is not tuple) or not part:
            raise TypeError("no list or tuple")
        parts = [self.make(x, outputs) for x in part]
        new = self._new(f"@Py{kind.__name__.title()}_New(i64 {len(part)})")
        items = self._items(new, kind)
        for i, x in enumerate(parts):
            at = self.assign(f"getelementptr ptr, ptr {items}, i64 {i}")
            self.lines.append(f"  store ptr {x}, ptr {at}, align 8")
        return new

    def _items(self, x: str, kind: type) -> str:
        """Append the address of the items of a list or tuple."""
        if kind is list:
            return self.load_word(x, 3)
        return self.assign(f"getelementptr i64, ptr {x}, i64 {TUPLE_ITEMS}")

    def _new(self, call: str) -> str:
        new = self.assign(f"call ptr {call}")
        failed, here = self.assign(f"icmp eq ptr {new}, null"), f"then{len(self.lines)}"
        self.lines += [f"  br i1 {failed}, label %failed, label %{here}", f"{here}:"]
        return new


def install(cls: Any) -> None:
    """Replace `cls.__call__` by `call_jitted`; the method as it was becomes `_by_python`."""
    if "_by_python" in vars(cls):
        return
    probe, mark = object.__new__(cls), object()
    probe._fast = mark
    words = list((ctypes.c_void_p * (cls.__basicsize__ // 8)).from_address(id(probe)))
    if id(mark) in words[2:]:
        code = _compiled(CALL_JITTED.replace("OFFSET", str(words.index(id(mark)))))
        names = NotImplemented, None, sys.intern("_by_python")
        table = (ctypes.c_void_p * len(names))(*map(id, names))
        code.function("set_table", ctypes.c_void_p)(ctypes.addressof(table))
        doc = f"__call__($self, /, *args, **kwargs)\n--\n\n{cls.__call__.__doc__}".encode()
        address = code.address("call_jitted")
        method = _MethodDef(b"__call__", address, FASTCALL | KEYWORDS, doc)
        new = ctypes.pythonapi.PyDescr_NewMethod
        new.argtypes, new.restype = [ctypes.py_object, ctypes.c_void_p], ctypes.py_object
        call = new(cls, ctypes.addressof(method))
        with _installing:
            if "_by_python" not in vars(cls):  # another thread may have been faster
                cls._by_python, cls._alive = cls.__call__, (code, table, method)
                cls.__call__ = call


def _compiled(text: str) -> MachineCode:
    """Return the machine code of functions that call the functions of Python below."""
    from llvmlite import binding as llvm

    for name in re.findall(r"@(\w+)", DECLARATIONS):
        function = getattr(ctypes.pythonapi, name)
        llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)
    module = LLVMModule({})
    module.add_text(DECLARATIONS + text)
    return compiled(module, optimised=True)


DECLARATIONS = """
declare i32 @PyContextVar_Get(ptr, ptr, ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyList_New(i64)
declare ptr @PyObject_CallNoArgs(ptr)
declare ptr @PyObject_GetAttr(ptr, ptr)
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare ptr @PyTuple_New(i64)
declare void @Py_DecRef(ptr)
declare void @Py_IncRef(ptr)
"""
BUILTIN = """
define ptr @native_call(ptr %self, ptr %args, i64 %given) {{
  %table = getelementptr i8, ptr %self, i64 64  ; after the method
{}
  ret ptr {}
failed:
  ret ptr null
other:
  %none = load ptr, ptr %table, align 8
  call void @Py_IncRef(ptr %none)
  ret ptr %none
}}
"""
CALL_JITTED = """
@table = internal global [3 x ptr] zeroinitializer
define void @set_table(ptr %from) {
  %three = load <3 x ptr>, ptr %from, align 8
  store <3 x ptr> %three, ptr @table, align 8
  ret void
}
define ptr @call_jitted(ptr %self, ptr %args, i64 %given, ptr %names) {
  %three = load <3 x ptr>, ptr @table, align 8
  %not_implemented = extractelement <3 x ptr> %three, i64 0
  %none = extractelement <3 x ptr> %three, i64 1
  %by_python = extractelement <3 x ptr> %three, i64 2
  %at = getelementptr i64, ptr %self, i64 OFFSET
  %fast = load ptr, ptr %at, align 8
  %missing = icmp eq ptr %fast, null
  %unset = icmp eq ptr %fast, %none
  %named = icmp ne ptr %names, null
  %without = or i1 %missing, %unset
  %python = or i1 %without, %named
  br i1 %python, label %slow, label %try
try:
  call void @Py_IncRef(ptr %fast)
  %words = load <4 x ptr>, ptr %fast, align 8
  %definition = extractelement <4 x ptr> %words, i64 2
  %table = extractelement <4 x ptr> %words, i64 3
  %run.at = getelementptr ptr, ptr %definition, i64 1
  %run = load ptr, ptr %run.at, align 8
  %answer = call ptr %run(ptr %table, ptr %args, i64 %given)
  call void @Py_DecRef(ptr %fast)
  %again = icmp eq ptr %answer, %not_implemented
  br i1 %again, label %other, label %end
end:
  ret ptr %answer
other:
  call void @Py_DecRef(ptr %answer)
  br label %slow
slow:
  %method = call ptr @PyObject_GetAttr(ptr %self, ptr %by_python)
  %lost = icmp eq ptr %method, null
  br i1 %lost, label %failed, label %found
failed:
  ret ptr null
found:
  %result = call ptr @PyObject_Vectorcall(ptr %method, ptr %args, i64 %given, ptr %names)
  call void @Py_DecRef(ptr %method)
  ret ptr %result
}
"""
