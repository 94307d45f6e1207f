#!/usr/bin/env bash
# A class compiled by mypyc is no index, though it defines __index__.
#
# Library   mypy 2.4.1 with mypyc, setuptools 80.9.0, on CPython 3.11 or later; needs a C compiler.
# Expected  mypyc compiles a class with __index__ to one that behaves as in Python: operator.index(x) and items[x] call
#           the method, as int(x) calls __int__. Otherwise it refuses the class.
# Seen      int(x) and x.__index__() are right. operator.index(x), items[x] and range(x) raise TypeError. An assignment
#           of the method to the class, after its body, makes them right.
# Here      the class of recorded numbers makes that assignment, so its own error is raised in both forms.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install -q "mypy[mypyc]==2.4.1" setuptools==80.9.0

cat >number.py <<'PY'
class Number:
    def __int__(self) -> int:
        return 3

    def __index__(self) -> int:
        return 3
PY
cat >use.py <<'PY'
import operator

from number import Number

x = Number()
assert (int(x), x.__index__()) == (3, 3)
for name, f in ("index", operator.index), ("items[x]", "abcd".__getitem__), ("range", range):
    try:
        print(f"{name}: {f(x)}", end="; ")
    except TypeError:
        print(f"{name}: TypeError", end="; ")
Number.__index__ = Number.__dict__["__index__"]
print(f"assigned: {operator.index(x)}")
PY
env/bin/python -m mypy --version
plain=$(env/bin/python use.py)
env/bin/mypyc number.py >build.txt 2>&1 || { cat build.txt; exit 1; }
compiled=$(env/bin/python -c 'import number; assert not number.__file__.endswith(".py")' && env/bin/python use.py)
printf 'plain:    %s\ncompiled: %s\n' "$plain" "$compiled"
right="index: 3; items[x]: d; range: range(0, 3); assigned: 3"
wrong="index: TypeError; items[x]: TypeError; range: TypeError; assigned: 3"
[ "$plain" = "$right" ] || { echo "changed: the plain class"; exit 1; }
[ "$compiled" = "$wrong" ] || { echo "changed: the compiled class"; exit 1; }
