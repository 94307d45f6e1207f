"""Lines: the user's line of each node in `with trace_lines():`, and no trace of it outside."""

import asyncio
import contextvars
import copy
import gc
import inspect
import pickle
import sys
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from microgradlike import (
    IndeterminateWarning,
    Value,
    array,
    diagnose,
    dot,
    gradients,
    named_scope,
    nn,
    tanh,
    trace_lines,
    where,
)
from microgradlike.graph import topological
from microgradlike.lines import Line
from microgradlike.scope import current, origins


def here(offset=0):
    """The line of the caller."""
    return inspect.currentframe().f_back.f_lineno + offset


def numbers(y):
    return [v.line and v.line.number for v in topological(y)]


def test_a_node_has_the_line_that_made_it_and_only_in_the_block():
    x = Value(2.0)
    with trace_lines():
        y = x * 3
        made = here(-1)
    z = y + 1
    assert (x.line, z.line) == (None, None)
    start = inspect.currentframe().f_code.co_firstlineno
    assert y.line == Line(__file__, made, start)
    assert str(y.line) == f"{__file__}, line {made}"
    assert y.line.place == f"test_lines.py, line {made}"


def test_the_line_is_that_of_the_user_for_every_way_to_make_a_node():
    x, w = Value(0.5), Value(0.25)
    with trace_lines():
        first = here()
        made = [
            Value(1.0),
            -x,
            1 / x,
            x.tanh(),
            tanh(x),
            where(True, x + 1, x),
            x.detach(),
            dot([x, w], [w, 2.0]),
            sum([x, w]),
            gradients(x.tanh(), [x])[0],
            (array([x, w]) * 2)[0],
            np.sum(array([x, w])),
            [x * k for k in range(2)][-1],
            (lambda a: a * 2)(x),
            copy.copy(x),
            copy.deepcopy(x),
            pickle.loads(pickle.dumps(x)),
        ]
    assert [v.line.number - first - 2 for v in made] == [*range(len(made))]


def test_the_parts_of_a_long_expression_have_their_own_lines():
    x = Value(2.0)
    with trace_lines():
        y = (
            x * 3 + 1
        ).tanh()  # fmt: skip
        last = here(-1)
    assert numbers(y) == [None, last - 1, last - 1, last]


def test_leaves_of_a_line_share_one_object():
    with trace_lines():
        made = [Value(k) for k in range(3)]
    assert len({id(v._origin) for v in made}) == 1
    assert made[0].line.number == here(-2)


def test_leaves_of_a_line_keep_the_scope_of_each():
    made = []
    with trace_lines():
        for name in ("a", "b"):
            with named_scope(name):
                made.append(Value(1.0))
    assert [v.scope.path for v in made] == [("a",), ("b",)]
    assert made[0].line == made[1].line


def test_nodes_of_a_line_share_one_object():
    x = Value(2.0)
    with trace_lines():
        made = [x * k for k in range(100)]
    assert len({id(v._origin) for v in made}) == 1


def test_nodes_of_a_module_have_the_line_of_its_call_and_their_scope():
    net = nn.MLP(2, [2, 1])
    with trace_lines():
        y = net([1.0, 2.0])
        z = net([1.0, 2.0])
        last = here(-1)
    inner = [v for v in topological(y) if v.op]
    assert {v.line.number for v in inner} == {last - 1}
    assert {v.line.number for v in topological(z) if v.op} == {last}
    assert {v.scope.path[0] for v in inner} == {"MLP"}


class Twice(nn.MLP):
    def __call__(self, x):
        a = super().__call__(x)
        b = super().__call__(x)
        return a + b


def test_a_module_of_the_user_has_its_own_lines():
    with trace_lines():
        y = Twice(1, [1])([2.0])
    start = inspect.getsourcelines(Twice)[1]
    assert {n - start for n in {v.line.number for v in topological(y) if v.op}} == {2, 3, 4}


def test_an_activation_of_the_user_has_its_own_line():
    def square(v):
        return v * v

    net = nn.MLP(1, [2, 1], activation=square)
    with trace_lines():
        y = net([1.0])
        call = here(-1)
    own = square.__code__.co_firstlineno + 1
    assert {v.line.number for v in topological(y) if v.op} == {call, own}


def test_text_that_is_run_has_its_line_though_no_file():
    space = {"x": Value(2.0)}
    with trace_lines():
        exec("\n\ny = x * 2", space)
    assert space["y"].line.place == "<string>, line 3"


def test_code_without_a_user_has_no_line():
    with trace_lines(), ThreadPoolExecutor() as pool:
        run = contextvars.copy_context().run
        assert pool.submit(run, Value, 2.0).result().line is None
        assert pool.submit(run, lambda: Value(2.0)).result().line is not None


def test_blocks_nest_and_an_exception_ends_one():
    with trace_lines():
        with pytest.raises(KeyError), trace_lines():
            raise KeyError
        assert Value(1.0).line is not None
    assert Value(1.0).line is None
    assert origins.find == current.get
    assert origins.in_use is origins.in_modules


def test_a_block_that_another_thread_closes_ends_too():
    def block():
        with trace_lines():
            yield

    def close():
        with pytest.raises(ValueError, match="different Context"):
            opened.close()

    opened = contextvars.Context().run(block)
    next(opened)
    thread = threading.Thread(target=close)
    thread.start()
    thread.join()
    assert origins.find == current.get


def test_a_block_is_for_its_own_thread():
    found = []
    with trace_lines():
        thread = threading.Thread(target=lambda: found.append(Value(1.0) * 2))
        thread.start()
        thread.join()
        context = contextvars.copy_context()
    assert [v.line for v in found] == [None]
    assert context.run(lambda: Value(1.0)).line is None  # no block is open


def test_tasks_trace_apart():
    async def traced():
        with trace_lines():
            await asyncio.sleep(0)
            return Value(1.0)

    async def plain():
        await asyncio.sleep(0)
        return Value(1.0)

    async def both():
        return await asyncio.gather(traced(), plain())

    a, b = asyncio.run(both())
    assert (a.line is None, b.line is None) == (False, True)


def test_a_graph_is_freed_inside_a_block():
    class Named(Value):
        pass  # without slots, so that it can be referred to weakly

    with trace_lines():
        x = Named(2.0)
        seen = weakref.ref(x)
        y = x * 2
        gc.disable()
        del x, y
        gc.enable()
        assert seen() is None


def test_a_diagnosis_and_a_warning_name_the_line():
    with trace_lines():
        y = (Value(0.0, "x") * 2).log()
        z = 1 / (1 / Value(0.0))
        last = here(-1)
    assert f"log(0.0) = -inf\n  made in {__file__}, line {last - 1}\n" in str(diagnose(y))
    with pytest.warns(IndeterminateWarning, match=rf"operand 2, made in .*, line {last}\. "):
        z.backward()
    assert "made in" not in str(diagnose(Value(0.0).log()))


def test_no_number_changes():
    def step():
        net = nn.MLP(2, [3, 1])
        net.load_state_dict(dict.fromkeys(net.state_dict(), 0.1))
        y = net([0.3, -0.2])
        y.backward()
        return [y.data, *(p.grad for p in net.parameters())]

    with trace_lines():
        traced = step()
    assert traced == step()


def test_a_cell_of_a_notebook_has_its_name(monkeypatch):
    labels = {"/tmp/ipykernel_1/2.py": ("Cell", "In[3]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=labels.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert Line("/tmp/ipykernel_1/2.py", 2, 1).place == "In[3], line 2"
    assert Line(r"C:\me\net.py", 2, 1).place == "net.py, line 2"


def test_the_real_names_of_cells():
    pytest.importorskip("IPython")
    from IPython.core.compilerop import CachingCompiler

    compiler = CachingCompiler()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name = compiler.cache("y = 1", 3)
    assert compiler.format_code_name(name) == ("Cell", "In[3]")
