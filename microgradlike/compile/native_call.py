"""NativeCall: a call of a small program in machine code, from its arguments to its result.

The code is text in LLVM's language and is made once per process. `call_program` takes arguments of
the types and shapes in a plan, runs the machine code of a program, and nests the results. For
anything else, for a nan that has to be looked into, and while a function is recorded, it returns
NotImplemented. `call_jitted` takes the place of `Jitted.__call__`: it asks the native call of the
function first, and then `__call__` as written in Python.

It relies on the layout of floats, lists, tuples and arrays in CPython, which `is_supported` checks.
"""

from __future__ import annotations

import ctypes
import re
import struct
import sys
import sysconfig
from functools import cache
from typing import Any

import numpy as np

from microgradlike.compile.llvm.engine import MachineCode
from microgradlike.compile.llvm.executable import NativeProgram, SharedStraightLine
from microgradlike.compile.llvm.module import LLVMModule
from microgradlike.compile.prepared_call import DOUBLE, PreparedCall
from microgradlike.context import active_trace, eager_jit
from microgradlike.derivatives.pytree import LeafSpec

LIMIT = 1024  # numbers that a program of a native call has at most: they lie on the stack
FLOAT, ARRAY, TUPLE, LIST = range(4)  # steps of a result: make such an object
FASTCALL, KEYWORDS = 0x80, 0x02
enabled = True  # tests turn it off: results, warnings and errors stay the same


class _MethodDef(ctypes.Structure):
    _fields_ = [  # noqa: RUF012  (the form that ctypes wants)
        ("name", ctypes.c_char_p),
        ("code", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    ]


def native_call(call: PreparedCall, args: tuple[Any, ...]) -> Any:
    """Return a builtin for arguments like these, or None if there cannot be one.

    It returns the result of the call, or NotImplemented for arguments that are not like these.
    """
    run = call.executable.per_row
    native = getattr(run.run, "__self__", None)
    if not (enabled and isinstance(native, NativeProgram) and is_supported()):
        return None
    shared, steps = native.shared, _steps(call)
    if not isinstance(shared, SharedStraightLine) or steps is None:
        return None
    records = [_record(x) for x in args]
    state, count = shared.array(), len(native.program.outputs)
    if call.recording.values or None in records or max(len(state), count) > LIMIT:
        return None
    if not native.spellings.keys() >= set(native.program.ops):
        return None  # a user's primitive, which is called in Python
    rest = state[shared.inputs.stop :]
    terms = call.executable._zero_terms
    terms = np.full(count, -0.0) if terms is None else np.append([-0.0] * run.probes, terms)
    places = np.array([shared.place[r] for r in native.program.outputs], dtype=np.int64)
    taken = np.array([record for record, _ in records], dtype=np.int64)
    made = np.array([[kind, size, maker] for kind, size, maker, _ in steps], dtype=np.int64)
    plan = struct.pack(
        f"{len(PLAN)}q",
        *(shared.address, len(args), taken.ctypes.data, rest.ctypes.data, rest.nbytes),
        *(places.ctypes.data, terms.ctypes.data, count, run.plain is not run.program),
        *(run.probes, len(steps), made.ctypes.data),
    )
    alive = native, rest, terms, places, taken, made, steps, records
    new = ctypes.pythonapi.PyCFunction_NewEx
    new.argtypes, new.restype = [ctypes.c_void_p, ctypes.py_object, ctypes.py_object], OBJECT
    return new(ctypes.addressof(_runtime()[1]), plan, alive)


def install(cls: Any) -> None:
    """Replace `cls.__call__` by `call_jitted`; the method as it was becomes `_by_python`."""
    if "_by_python" in vars(cls):
        return
    code, _, method = _runtime()
    probe, mark = object.__new__(cls), object()
    probe._fast = mark
    words = (ctypes.c_void_p * (cls.__basicsize__ // 8)).from_address(id(probe))
    if id(mark) in words[2:]:
        _set_objects(code, words[:].index(id(mark)))
        cls._by_python = cls.__call__
        new = ctypes.pythonapi.PyDescr_NewMethod
        new.argtypes, new.restype = [ctypes.py_object, ctypes.c_void_p], OBJECT
        cls.__call__ = new(cls, ctypes.addressof(method))


@cache
def is_supported() -> bool:
    """Return whether this Python lays out its objects as the text below expects."""
    free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
    if sys.implementation.name != "cpython" or free_threaded or sys.platform == "win32":
        return False
    x, a = 1.5, np.zeros((2, 3))
    numbers, pair = [x], (x, x)

    def at(thing: object, offset: int, kind: Any = ctypes.c_void_p) -> Any:
        return kind.from_address(id(thing) + offset).value

    def header(thing: object) -> bool:
        return bool(at(thing, 8) == id(type(thing)))

    size = ctypes.c_ssize_t
    return (
        all(map(header, (x, a, numbers, pair)))
        and at(x, 16, ctypes.c_double) == x
        and (at(numbers, 16, size), at(pair, 16, size), at(pair, 32)) == (1, 2, id(x))
        and ctypes.c_void_p.from_address(at(numbers, 24)).value == id(x)
        and (at(a, 16), at(a, 24, ctypes.c_int)) == (a.ctypes.data, 2)
        and size.from_address(at(a, 32) + 8).value == 3
        and (at(a, 56), at(a, 64, ctypes.c_int)) == (id(DOUBLE), a.flags.num)
    )


def _record(x: Any) -> tuple[list[int], object] | None:
    """Return type, size, address of the shape and its length, of an argument; and its shape."""
    if type(x) is np.ndarray and x.dtype is DOUBLE:
        shape = np.array(x.shape, dtype=np.int64)
        return [id(np.ndarray), x.size, shape.ctypes.data, x.ndim], shape
    if type(x) is float or type(x) is list:
        return [id(type(x)), len(x) if type(x) is list else 1, 0, 0], None
    return None


def _steps(call: PreparedCall) -> list[tuple[int, int, int, Any]] | None:
    """Return steps that make the result of the outputs: kind, size, maker; None if they cannot."""
    steps: list[tuple[int, int, int, Any]] = []

    def add(part: Any) -> bool:
        if isinstance(part, LeafSpec):
            new = None if part.shape is None else np.empty(part.shape).copy
            if new is None and steps and steps[-1][0] == FLOAT:
                steps[-1] = (FLOAT, steps[-1][1] + 1, 0, None)
            else:
                steps.append((FLOAT if new is None else ARRAY, part.size, id(new), new))
            return True
        if (type(part) is tuple or type(part) is list) and part:
            kind, maker = (TUPLE, "PyTuple_New") if type(part) is tuple else (LIST, "PyList_New")
            found = all(list(map(add, part)))
            steps.append((kind, len(part), _address(maker), None))
            return found
        return False

    return steps if add(call.recording.outputs.map(lambda leaf: leaf)) else None


def _address(function: str) -> int:
    found = ctypes.cast(getattr(ctypes.pythonapi, function), ctypes.c_void_p).value
    return found or 0


@cache
def _runtime() -> tuple[Any, _MethodDef, _MethodDef]:
    """Return the machine code of the text below, and definitions of its functions."""
    from llvmlite import binding as llvm

    for name in FUNCTIONS:
        llvm.add_symbol(name, _address(name))
    module = LLVMModule({})
    module.add_text(_expanded(TEXT))
    code = MachineCode(module, optimised=True)
    _set_objects(code, 0)
    doc = b"__call__($self, /, *args, **kwargs)\n--\n\nCall the function as a program."
    program = _MethodDef(b"native_call", code.address("call_program"), FASTCALL, None)
    jitted = _MethodDef(b"__call__", code.address("call_jitted"), FASTCALL | KEYWORDS, doc)
    return code, program, jitted


def _set_objects(code: MachineCode, offset: int) -> None:
    """Tell the machine code the addresses of Python's objects, and the place of `_fast`."""
    words = [offset if name == "OFFSET" else id(thing) for name, thing in OBJECTS.items()]
    code.function("set_objects", ctypes.c_void_p)(np.array(words, dtype=np.int64).ctypes.data)


def _expanded(text: str) -> str:
    """Return the text with `%x = ptr %array[i]` and `%array[i] = ptr %x` in LLVM's instructions."""
    fields = [f"  %{name} = {kind} %plan[{i}]" for i, (name, kind) in enumerate(PLAN.items())]
    declared = [f"declare {kind.replace('@', f'@{name}')}" for name, kind in FUNCTIONS.items()]
    text = "\n".join([*declared, text.replace("FIELDS", "\n".join(fields))])
    for i, name in enumerate(OBJECTS):
        text = text.replace(f"[{name}]", f"[{i}]")
    text = (
        text.replace("LIMIT", str(LIMIT))
        .replace("COUNT", str(len(OBJECTS)))
        .replace("BYTES", str(8 * len(OBJECTS)))
    )
    at = r"([%@]\w+)\[(\S+)\]"
    load = r"  \1.at = getelementptr i64, ptr \3, i64 \4\n  \1 = load \2, ptr \1.at, align 8"
    text = re.sub(rf"  (%\w+) = (\w+) {at}", load, text)
    store = r"  %to.\4 = getelementptr i64, ptr \1, i64 \2\n  store \3 %\4, ptr %to.\4, align 8"
    return re.sub(rf"  {at} = (\w+) %(\w+)", store, text)


OBJECT = ctypes.py_object
OBJECTS: dict[str, object] = {
    "NOT_IMPLEMENTED": NotImplemented,
    "NONE": None,
    "FALSE": False,
    "TRACE": active_trace,
    "EAGER": eager_jit,
    "FLOAT": float,
    "LIST": list,
    "DOUBLE": DOUBLE,
    "OFFSET": None,  # the place of `_fast` in a Jitted, in words
    "BY_PYTHON": sys.intern("_by_python"),
}
FUNCTIONS = {
    "PyBytes_AsString": "ptr @(ptr)",
    "PyContextVar_Get": "i32 @(ptr, ptr, ptr)",
    "PyCFunction_GetSelf": "ptr @(ptr)",
    "PyFloat_FromDouble": "ptr @(double)",
    "PyObject_CallNoArgs": "ptr @(ptr)",
    "PyObject_GetAttr": "ptr @(ptr, ptr)",
    "PyObject_Vectorcall": "ptr @(ptr, ptr, i64, ptr)",
    "Py_DecRef": "void @(ptr)",
    "Py_IncRef": "void @(ptr)",
    "memcmp": "i32 @(ptr, ptr, i64)",
    "memcpy": "ptr @(ptr, ptr, i64)",
}
PLAN = {
    **{"code": "ptr", "arity": "i64", "records": "ptr", "rest": "ptr", "rest_size": "i64"},
    **{"places": "ptr", "terms": "ptr", "count": "i64", "careful": "i64"},
    **{"probes": "i64", "stages": "i64", "steps": "ptr"},
}
TEXT = """
@objects = internal global [COUNT x ptr] zeroinitializer
define void @set_objects(ptr %ids) {
  %copied = call ptr @memcpy(ptr @objects, ptr %ids, i64 BYTES)
  ret void
}
define i1 @is_like(ptr %x, ptr %record, ptr %to) {
  %type = ptr %x[1]
  %wanted = ptr %record[0]
  %size = i64 %record[1]
  %shape = ptr %record[2]
  %rank = i32 %record[3]
  %float = ptr @objects[FLOAT]
  %list = ptr @objects[LIST]
  %double = ptr @objects[DOUBLE]
  %right = icmp eq ptr %type, %wanted
  %is_float = icmp eq ptr %type, %float
  %is_list = icmp eq ptr %type, %list
  br i1 %right, label %known, label %unlike
known:
  br i1 %is_float, label %number, label %several
number:
  %digits = double %x[2]
  %to[0] = double %digits
  ret i1 true
several:
  br i1 %is_list, label %numbers, label %array
numbers:
  %length = i64 %x[2]
  %items = ptr %x[3]
  %as_long = icmp eq i64 %length, %size
  br i1 %as_long, label %item, label %unlike
item:
  %i = phi i64 [ 0, %numbers ], [ %j, %taken ]
  %end = icmp eq i64 %i, %size
  br i1 %end, label %like, label %look
look:
  %part = ptr %items[%i]
  %kind = ptr %part[1]
  %plain = icmp eq ptr %kind, %float
  br i1 %plain, label %taken, label %unlike
taken:
  %value = double %part[2]
  %to[%i] = double %value
  %j = add i64 %i, 1
  br label %item
array:
  %axes = i32 %x[3]
  %lengths = ptr %x[4]
  %dtype = ptr %x[7]
  %flags = i32 %x[8]
  %as_deep = icmp eq i32 %axes, %rank
  %of_doubles = icmp eq ptr %dtype, %double
  %ordered = and i32 %flags, 257
  %in_order = icmp eq i32 %ordered, 257
  %usual = and i1 %of_doubles, %in_order
  %fits = and i1 %usual, %as_deep
  br i1 %fits, label %measure, label %unlike
measure:
  %bytes_of_shape = mul i32 %rank, 8
  %wide = zext i32 %bytes_of_shape to i64
  %difference = call i32 @memcmp(ptr %lengths, ptr %shape, i64 %wide)
  %same = icmp eq i32 %difference, 0
  br i1 %same, label %copy, label %unlike
copy:
  %data = ptr %x[2]
  %bytes = mul i64 %size, 8
  %copied = call ptr @memcpy(ptr %to, ptr %data, i64 %bytes)
  br label %like
like:
  ret i1 true
unlike:
  ret i1 false
}
define i1 @holds(ptr %variable, ptr %wanted) {
  %place = alloca ptr
  %status = call i32 @PyContextVar_Get(ptr %variable, ptr null, ptr %place)
  %found = ptr %place[0]
  call void @Py_DecRef(ptr %found)
  %same = icmp eq ptr %found, %wanted
  ret i1 %same
}
define ptr @call_program(ptr %self, ptr %arguments, i64 %given) {
  %state = alloca [LIMIT x double], align 64
  %outputs = alloca [LIMIT x double], align 64
  %stack = alloca [LIMIT x ptr], align 64
  %plan = call ptr @PyBytes_AsString(ptr %self)
FIELDS
  %none = ptr @objects[NONE]
  %false = ptr @objects[FALSE]
  %trace = ptr @objects[TRACE]
  %eager = ptr @objects[EAGER]
  %untraced = call i1 @holds(ptr %trace, ptr %none)
  %compiled = call i1 @holds(ptr %eager, ptr %false)
  %as_many = icmp eq i64 %given, %arity
  %outermost = and i1 %untraced, %compiled
  %begins = and i1 %outermost, %as_many
  br i1 %begins, label %argument, label %other
argument:
  %i = phi i64 [ 0, %0 ], [ %next_i, %taken ]
  %to = phi ptr [ %state, %0 ], [ %next_to, %taken ]
  %all_taken = icmp eq i64 %i, %arity
  br i1 %all_taken, label %run, label %take
take:
  %x = ptr %arguments[%i]
  %record = getelementptr [4 x i64], ptr %records, i64 %i
  %like = call i1 @is_like(ptr %x, ptr %record, ptr %to)
  br i1 %like, label %taken, label %other
taken:
  %size = i64 %record[1]
  %next_to = getelementptr double, ptr %to, i64 %size
  %next_i = add i64 %i, 1
  br label %argument
run:
  %copied = call ptr @memcpy(ptr %to, ptr %rest, i64 %rest_size)
  call void %code(ptr %state)
  br label %output
output:
  %k = phi i64 [ 0, %run ], [ %next_k, %add ]
  %lost = phi i1 [ false, %run ], [ %any_lost, %add ]
  %all_added = icmp eq i64 %k, %count
  br i1 %all_added, label %look, label %add
add:
  %place = i64 %places[%k]
  %term = double %terms[%k]
  %result = double %state[%place]
  %sum = fadd double %result, %term
  %outputs[%k] = double %sum
  %is_nan = fcmp uno double %sum, %sum
  %any_lost = or i1 %lost, %is_nan
  %next_k = add i64 %k, 1
  br label %output
look:
  %absorbs = icmp ne i64 %careful, 0
  %unclear = and i1 %lost, %absorbs
  %first = getelementptr double, ptr %outputs, i64 %probes
  br i1 %unclear, label %other, label %step
step:
  %s = phi i64 [ 0, %look ], [ %next_s, %push ]
  %from = phi ptr [ %first, %look ], [ %next_from, %push ]
  %top = phi ptr [ %stack, %look ], [ %next_top, %push ]
  %all_made = icmp eq i64 %s, %stages
  br i1 %all_made, label %done, label %make
make:
  %stage = getelementptr [3 x i64], ptr %steps, i64 %s
  %kind = i64 %stage[0]
  %length = i64 %stage[1]
  %maker = ptr %stage[2]
  %bytes = mul i64 %length, 8
  %below = sub i64 0, %length
  %base = getelementptr ptr, ptr %top, i64 %below
  %after = getelementptr double, ptr %from, i64 %length
  switch i64 %kind, label %container [ i64 0, label %float i64 1, label %array ]
float:
  %j = phi i64 [ 0, %make ], [ %next_j, %more ]
  %number = double %from[%j]
  %new_float = call ptr @PyFloat_FromDouble(double %number)
  %last_float = getelementptr ptr, ptr %top, i64 %j
  %next_j = add i64 %j, 1
  %full = icmp uge i64 %next_j, %length
  %no_float = icmp eq ptr %new_float, null
  %end = or i1 %full, %no_float
  br i1 %end, label %made, label %more
more:
  %last_float[0] = ptr %new_float
  br label %float
array:
  %new_array = call ptr @PyObject_CallNoArgs(ptr %maker)
  br label %made
container:
  %new_container = call ptr %maker(i64 %length)
  br label %made
made:
  %new = phi ptr [ %new_float, %float ], [ %new_array, %array ], [ %new_container, %container ]
  %held = phi ptr [ %last_float, %float ], [ %top, %array ], [ %top, %container ]
  %into = phi ptr [ %last_float, %float ], [ %top, %array ], [ %base, %container ]
  %next_from = phi ptr [ %after, %float ], [ %after, %array ], [ %from, %container ]
  %next_top = getelementptr ptr, ptr %into, i64 1
  %next_s = add i64 %s, 1
  %exhausted = icmp eq ptr %new, null
  br i1 %exhausted, label %drop, label %fill
fill:
  switch i64 %kind, label %push [ i64 1, label %fill_array i64 2, label %fill_tuple
                                  i64 3, label %fill_list ]
fill_array:
  %data = ptr %new[2]
  %copied_numbers = call ptr @memcpy(ptr %data, ptr %from, i64 %bytes)
  br label %push
fill_tuple:
  %inside = getelementptr i64, ptr %new, i64 3
  %copied_parts = call ptr @memcpy(ptr %inside, ptr %base, i64 %bytes)
  br label %push
fill_list:
  %items = ptr %new[3]
  %copied_items = call ptr @memcpy(ptr %items, ptr %base, i64 %bytes)
  br label %push
push:
  %into[0] = ptr %new
  br label %step
drop:
  %left = phi ptr [ %held, %made ], [ %last, %dropping ]
  %empty = icmp eq ptr %left, %stack
  br i1 %empty, label %nothing, label %dropping
dropping:
  %last = getelementptr ptr, ptr %left, i64 -1
  %dropped = ptr %last[0]
  call void @Py_DecRef(ptr %dropped)
  br label %drop
nothing:
  ret ptr null
done:
  %whole = ptr %stack[0]
  ret ptr %whole
other:
  %not_implemented = ptr @objects[NOT_IMPLEMENTED]
  call void @Py_IncRef(ptr %not_implemented)
  ret ptr %not_implemented
}
define ptr @call_jitted(ptr %self, ptr %arguments, i64 %given, ptr %names) {
  %slow_name = ptr @objects[BY_PYTHON]
  %offset = i64 @objects[OFFSET]
  %none = ptr @objects[NONE]
  %not_implemented = ptr @objects[NOT_IMPLEMENTED]
  %fast = ptr %self[%offset]
  %missing = icmp eq ptr %fast, null
  %unset = icmp eq ptr %fast, %none
  %named = icmp ne ptr %names, null
  %without = or i1 %missing, %unset
  %python = or i1 %without, %named
  br i1 %python, label %slow, label %try
try:
  call void @Py_IncRef(ptr %fast)
  %plan = call ptr @PyCFunction_GetSelf(ptr %fast)
  %answer = call ptr @call_program(ptr %plan, ptr %arguments, i64 %given)
  call void @Py_DecRef(ptr %fast)
  %again = icmp eq ptr %answer, %not_implemented
  br i1 %again, label %other, label %end
end:
  ret ptr %answer
other:
  call void @Py_DecRef(ptr %answer)
  br label %slow
slow:
  %method = call ptr @PyObject_GetAttr(ptr %self, ptr %slow_name)
  %result = call ptr @PyObject_Vectorcall(ptr %method, ptr %arguments, i64 %given, ptr %names)
  call void @Py_DecRef(ptr %method)
  ret ptr %result
}
"""
