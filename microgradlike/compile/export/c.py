"""C export: a program as the text of a C99 function that needs only the C library.

Sums, products, quotients and roots have the bits of Python's, as both follow IEEE-754. The
functions of math.h are those that Python's module math calls. `primitives.c` has the primitives
that math.h lacks or that differ from Python's there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.compile.export.language import Language, call_of
from microgradlike.op import Op

if TYPE_CHECKING:
    from microgradlike.compile.program import Program

CHUNK = 1_000  # equations per function, which compilers take in less time than longer ones
# names that a function cannot have: words of C99 and C23, and names of the C library
RESERVED = """
    alignas alignof asm auto bool break case char const constexpr continue default do double else
    enum extern false float for goto if inline int long nullptr register restrict return short
    signed sizeof static static_assert struct switch thread_local true typedef typeof typeof_unqual
    union unsigned void volatile while main
    acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 frexp ilogb
    ldexp log log10 log1p log2 logb modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma
    tgamma ceil floor nearbyint rint lrint llrint round lround llround trunc fmod remainder remquo
    copysign nan nextafter nexttoward fdim fmax fmin fma fpclassify isfinite isinf isnan isnormal
    signbit isgreater isgreaterequal isless islessequal islessgreater isunordered gamma drem exp10
    pow10 significand signgam j0 j1 jn y0 y1 yn INFINITY NAN HUGE_VAL abs labs llabs div ldiv abort
    atexit atof atoi atol bsearch calloc exit free getenv malloc qsort rand realloc srand system
    printf scanf puts putchar getchar memchr memcmp memcpy memmove memset strcat strchr strcmp
    strcpy strlen index rindex NULL sincos sincosf aligned_alloc posix_memalign alloca
    float_t double_t math_errhandling finite scalb lgamma_r lgammaf_r lgammal_r
    HUGE_VALF HUGE_VALL linux unix
"""
MACROS = r"(FLT|DBL|LDBL|FP|MATH|M)_[A-Z\d_]+|DECIMAL_DIG"  # of float.h and math.h
HEAD = """\
#include <float.h>
#include <math.h>

#if defined __FAST_MATH__ || defined __ASSOCIATIVE_MATH__ || defined __NO_SIGNED_ZEROS__ \\
    || defined __RECIPROCAL_MATH__ || (defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__)
#error "compile without -ffast-math, -Ofast and parts of them: this text follows IEEE-754"
#endif
#if FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "compile for numbers of double precision: on x86 with -msse2 -mfpmath=sse"
#endif
// no fused multiply-add, which rounds once where Python rounds twice
#if defined __GNUC__ && !defined __clang__
#pragma GCC push_options
#pragma GCC optimize ("fp-contract=off")
#else
#pragma STDC FP_CONTRACT OFF
#endif"""
TAIL = """\
#if defined __GNUC__ && !defined __clang__
#pragma GCC pop_options
#else
#pragma STDC FP_CONTRACT DEFAULT
#endif"""
# primitives that math.h has under the same name
MATH: tuple[Op, ...] = (ops.floor, ops.ceil, ops.rint, ops.trunc, ops.fmod, ops.exp, ops.exp2)
MATH += (ops.expm1, ops.log, ops.log1p, ops.log2, ops.log10, ops.sqrt, ops.sin, ops.cos, ops.tan)
MATH += (ops.asin, ops.acos, ops.atan, ops.atan2, ops.sinh, ops.cosh, ops.tanh, ops.asinh)
MATH += (ops.acosh, ops.atanh, ops.hypot, ops.erf, ops.erfc, ops.power)
# primitives in primitives.c
LIBRARY: tuple[Op, ...] = (ops.sign, ops.cbrt, ops.mod, ops.floor_divide, ops.maximum, ops.minimum)
LIBRARY += (ops.clip, ops.mul_no_nan, ops.relu, ops.sigmoid, ops.softplus, ops.logaddexp, ops.xlogy)
LIBRARY += (ops.exprel, ops.sinc)

SPELLINGS: dict[Op, str] = {
    **{op: f"{{}} {op.infix} {{}}" for op in (ops.add, ops.sub, ops.mul, ops.div)},
    **{op: call_of(op.name, op) for op in MATH},
    **{op: call_of(f"f_{op.name}", op) for op in LIBRARY},
    ops.neg: "-{}",
    ops.absolute: "fabs({})",
    ops.where: "{} != 0 ? {} : {}",
    ops.less: "{} < {} ? 1.0 : 0.0",
    ops.less_equal: "{} <= {} ? 1.0 : 0.0",
}
C = Language(
    name="C",
    module="c.py",
    spellings=SPELLINGS,
    library="primitives.c",
    defined=r"^static double (\w+)",
    definition="static double {name}{text}",
    example="(double x) { return x * x; }",
    prefix="f_",
)


def text(program: Program, name: str, spellings: Mapping[Op, str]) -> str:
    """Return the program as C; see `Program.to_c`."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
        raise ValueError(
            f"{shown(name)} is not a C identifier that begins with a letter; choose another name,"
            " such as 'f'"
        )
    words = RESERVED.split()
    taken = name in words or (name[:-1] in words and name[-1] in "fl")
    if taken or re.fullmatch(MACROS, name):
        raise ValueError(
            f"{name!r} is reserved in C or a name of its library; choose another name, such as 'f'"
        )
    for op, own_text in spellings.items():
        if not (isinstance(own_text, str) and own_text.startswith("(")):
            raise ValueError(
                f"the spelling of {op.name} must be a C function without its name, such as"
                f" {C.example!r}, got {shown(own_text)}"
            )
    spelled, own = C.templates(program.ops, spellings)
    templates = [spelled[op] for op in program.ops]
    library = C.paragraphs(" ".join(templates))
    small = max(len(program), program.inputs) <= CHUNK
    function = (_one_function if small else _many_functions)(
        program, name, _renamed(templates, name)
    )
    head = HEAD if small else HEAD.replace("<math.h>", "<math.h>\n#include <stdlib.h>")
    functions = [*_renamed(library, name), *_renamed(own, name, 1), *function]
    return "\n\n".join([*_legend(program), head, *functions, TAIL]) + "\n"


def _renamed(texts: list[str], name: str, count: int = 0) -> list[str]:
    """Return texts whose names, the first `count` or all, begin with the function's, not with f."""
    return [re.sub(r"\bf_", f"{name}_", text, count=count) for text in texts]


def _legend(program: Program) -> list[str]:
    """Return the legend, without backslashes, which would join a line with the next one."""
    lines = [re.sub(r"\\|\?\?/", "|", line) for line in program.legend("//")]
    return ["\n".join(lines)] if lines else []


def _one_function(program: Program, name: str, templates: list[str]) -> list[str]:
    """Return a function with a variable for each equation."""
    known = _known(program, "x{}")
    used = {*program.operands, *program.outputs}
    lines = [f"const double {known[i]} = x[{i}];" for i in range(program.inputs) if i in used]
    lines += [f"const double {line}" for line in _equations(program, templates, known)]
    return [_function(program, name, [*lines, *_results(program, known)])]


def _many_functions(program: Program, name: str, templates: list[str]) -> list[str]:
    """Return functions of CHUNK equations; an array has the results that others of them need."""
    known = _known(program, "x[{}]")
    kept = {slot: f"v[{i}]" for i, slot in enumerate(sorted(_shared(program)))}
    equations = _equations(program, templates, known)
    end = program.inputs + len(program)
    parts: list[str] = []
    for start in range(program.inputs, end, CHUNK):
        chunk = range(start, min(start + CHUNK, end))
        lines = [f"const double {line}" for line in islice(equations, len(chunk))]
        for slot in chunk:
            if slot in kept:
                lines.append(f"{kept[slot]} = {known[slot]};")
                known[slot] = kept[slot]  # to the equations of later chunks
        head = f"static void {name}_part{len(parts)}(const double *x, double *v)"
        parts.append(_block(head, ["(void)x;", "(void)v;", *lines]))
    inputs = [slot for slot in kept if slot < program.inputs]
    for slot in inputs:
        known[slot] = kept[slot]
    lines = [
        f"double *const v = malloc({len(kept) + 1} * sizeof *v);",
        "if (v == NULL) {",
        f"  for (int i = 0; i < {len(program.outputs)}; i++) y[i] = NAN;",
        "  return;",
        "}",
        *(f"{kept[i]} = x[{i}];" for i in inputs),  # y may be x
        *(f"{name}_part{i}(x, v);" for i in range(len(parts))),
        *_results(program, known),
        "free(v);",
    ]
    return [*parts, _function(program, name, lines)]


def _shared(program: Program) -> set[int]:
    """Return the slots that an equation of another chunk needs, and those of outputs."""
    first = program.inputs
    shared = {r for r in program.outputs if r >= 0}
    for slot, _, operands in program.equations():
        here = (slot - first) // CHUNK
        shared.update(r for r in operands if r >= first and (r - first) // CHUNK != here)
    return shared


def _function(program: Program, name: str, lines: list[str]) -> str:
    """Return the function; its parameters say how many numbers they hold, if any."""
    sizes = {"x": program.inputs, "y": len(program.outputs)}
    x, y = (f"{p}[{n}]" if n else f"*{p}" for p, n in sizes.items())
    body = "\n".join(lines)
    unused = [f"(void){p};" for p in sizes if f"{p}[" not in body and f"({p}," not in body]
    return _block(f"void {name}(const double {x}, double {y})", [*unused, *lines])


def _known(program: Program, inputs: str) -> list[str]:
    """Return the text of each reference; `inputs` is the template of an input's."""
    slots = range(program.inputs, program.inputs + len(program))
    texts = [inputs.format(i) for i in range(program.inputs)]
    return [*texts, *(f"v{i}" for i in slots), *map(_number, reversed(program.constants))]


def _equations(program: Program, templates: list[str], known: list[str]) -> Iterator[str]:
    """Yield an assignment for each equation; `known` is read at that moment."""
    for k, (slot, _, operands) in enumerate(program.equations()):
        yield f"{known[slot]} = {templates[program.code[k]].format(*[known[r] for r in operands])};"


def _results(program: Program, known: list[str]) -> Iterator[str]:
    return (f"y[{i}] = {known[r]};" for i, r in enumerate(program.outputs))


def _number(x: float) -> str:
    """Return a literal of exactly this number: compilers may round a decimal to a neighbour."""
    size = abs(x)
    if not math.isfinite(x):
        literal = "NAN" if x != x else "INFINITY"
    elif Decimal(repr(size)) == Decimal(size):
        literal = repr(size)
    else:
        literal = f"{size.hex()} /* {size!r} */"
    return f"(-{literal})" if math.copysign(1.0, x) < 0 else literal  # --1 would be a decrement


def _block(head: str, lines: list[str]) -> str:
    return "\n".join([f"{head} {{", *(f"  {line}" for line in lines), "}"])
