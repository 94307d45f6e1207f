"""Backends: three ways to run a Program, each in a module that imports no other.

A backend module has `build(program, batched, add_to=None)`, which returns the program as a function
`run(rows, shared)` with the attribute `run.block`, the number of rows to pass at a time. `rows` has
the shape (batched, rows) and holds the first inputs, or is a list of arrays with some of these
lines each; `shared` holds the others. The result has the shape (outputs, rows). Given `add_to`,
`run` returns the outputs summed over the rows instead; the last `len(add_to)` of them are added to
the outputs at the indices in `add_to` instead of being returned. The module's constant `MERGING` is
True if equal operations of a function may become one equation, and operations that change no bit,
such as x * 1, none; without it a program runs as it was recorded, and `add_to` is None or empty.
`KEPT` lists the dataclasses of a built program that is kept on disk, for which
`machine()` names the processor and the compiler; with () it is built anew in each process.
`SHARDS_PER_TASK` is the number of shards that a worker computes at a time, so that they take some
milliseconds.
"""
