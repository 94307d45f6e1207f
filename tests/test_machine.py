"""Anything one may do to Values and Modules, in any order, against a brute-force sum over paths.

A state machine builds graphs, runs backward passes, clears gradients, changes leaves, copies, saves
and loads, fails in the middle, and takes derivatives in between. Beside each Value it keeps a Node
of test_machine_reference.py, and the two must be equal.
"""

import copy
import pickle
import tempfile

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from microgradlike import Value, grad, gradients, hessian, hvp, jvp, nn
from tests.derivatives.test_linear_map import SMALL
from tests.test_machine_reference import (
    ARMED,
    OPERATIONS,
    Node,
    Refusal,
    below,
    curvature,
    made,
    slope,
)

COPIES = [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))]
UNARY, BINARY = ("neg", "relu", "fuse"), ("add", "sub", "mul", "mul", "max")


class Line(nn.Module):
    def __init__(self, w, b):
        self.w, self.b = Value(w), Value(b)

    def __call__(self, x):
        return self.w * x + self.b


PICK = st.integers(0, 30)


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.nodes, self.lines = [], []
        self.folder = tempfile.TemporaryDirectory()

    def teardown(self):
        ARMED.clear()
        self.folder.cleanup()

    @initialize(a=SMALL, b=SMALL)
    def begin(self, a, b):
        self.leaf(a)
        self.module(b, a)

    # the existing nodes: the newest for 0

    def node(self, k):
        return self.nodes[-1 - k % len(self.nodes)]

    def a_leaf(self, k):
        leaves = [v for v in self.nodes if not v.op]
        return leaves[-1 - k % len(leaves)]

    def line(self, k):
        return self.lines[-1 - k % len(self.lines)]

    def add(self, value, data, op, operands):
        node = made(value, data, op, operands)
        if node is not None:
            self.nodes.append(node)
        return node

    def result(self, op, *operands):
        """An operation done to Nodes and numbers, and to their Values."""
        apply = OPERATIONS[op][0]
        values = [x.value if isinstance(x, Node) else x for x in operands]
        numbers = [x.data if isinstance(x, Node) else x for x in operands]
        return self.add(apply(*values), apply(*numbers), op, operands)

    def add_leaf(self, value, **state):
        self.nodes.append(Node(value, value.data, **state))
        return self.nodes[-1]

    # building

    @rule(x=SMALL)
    def leaf(self, x):
        self.add_leaf(Value(x))

    @rule(op=st.sampled_from(UNARY), k=PICK)
    def of_one(self, op, k):
        self.result(op, self.node(k))

    @rule(op=st.sampled_from(BINARY), j=PICK, k=PICK)
    def of_two(self, op, j, k):
        self.result(op, self.node(j), self.node(k))

    @rule(op=st.sampled_from(BINARY), k=PICK, c=SMALL, left=st.booleans())
    def of_one_and_a_number(self, op, k, c, left):
        self.result(op, *((c, self.node(k)) if left else (self.node(k), c)))

    @rule(w=SMALL, b=SMALL)
    def module(self, w, b):
        line = Line(w, b)
        self.lines.append((line, self.add_leaf(line.w), self.add_leaf(line.b)))

    @rule(j=PICK, k=PICK)
    def call(self, j, k):
        (line, w, b), x = self.line(j), self.node(k)
        y = line(x.value)
        product = self.add(y.operands[0], w.data * x.data, "mul", (w, x))
        if product is not None:
            self.add(y, product.data + b.data, "add", (product, b))

    # rules that change numbers and gradients

    @rule(k=PICK, upstream=st.sampled_from([1.0, -2.0, 3.0]), times=st.integers(1, 2))
    def backward(self, k, upstream, times):
        root = self.node(k)
        for _ in range(times):
            root.value.backward(upstream)
            for v in below(root):
                v.grad = upstream * slope(root, v) + (0.0 if v.op else v.grad)
                v.reached = True

    @rule(j=PICK, k=PICK, left=st.booleans(), error=st.sampled_from([Refusal, KeyboardInterrupt]))
    def backward_fails(self, j, k, left, error):
        """Beside what has been passed already, or will not be any more."""
        fuse = self.result("fuse", self.node(k))
        pair = (fuse, self.node(j)) if left else (self.node(j), fuse)
        root = self.result("add", *pair) if fuse else None
        if root is None:
            return
        ARMED.append(error)
        with pytest.raises(error):
            root.value.backward()
        ARMED.clear()
        for v in below(root):  # leaves are as before; of results nothing half done is left
            if v.op:
                v.grad, v.reached = 0.0, False

    @rule(k=PICK)
    def zero_grad(self, k):
        line, w, b = self.line(k)
        line.zero_grad()
        w.grad = b.grad = 0.0

    @rule(k=PICK, x=SMALL)
    def change_a_leaf(self, k, x):
        leaf = self.a_leaf(k)
        leaf.data = leaf.value.data = x

    @rule(k=PICK, how=st.sampled_from(COPIES))
    def copy_a_leaf(self, k, how):
        leaf = self.a_leaf(k)
        self.add_leaf(how(leaf.value), grad=leaf.grad)

    @rule(k=PICK)
    def copy_a_module(self, k):
        line, w, b = self.line(k)
        twin = copy.deepcopy(line)
        own = self.add_leaf(twin.w, grad=w.grad), self.add_leaf(twin.b, grad=b.grad)
        self.lines.append((twin, *own))

    @rule(j=PICK, k=PICK, suffix=st.sampled_from(["json", "npz"]))
    def save_one_and_load_it_into_another(self, j, k, suffix):
        (line, w, b), (other, v, c) = self.line(j), self.line(k)
        nn.load(other, nn.save(line, f"{self.folder.name}/line.{suffix}"))
        v.data, c.data = w.data, b.data

    # rules that change nothing

    @rule(k=PICK, picks=st.lists(PICK, min_size=1, max_size=3))
    def take_gradients(self, k, picks):
        root, xs = self.node(k), [self.node(i) for i in picks]
        found = gradients(root.value, [x.value for x in xs])
        assert [g.data for g in found] == [slope(root, x) for x in xs]

    @rule(k=PICK, j=PICK, i=PICK)
    def take_gradients_of_gradients(self, k, j, i):
        root, x, z = self.node(k), self.a_leaf(j), self.a_leaf(i)
        (first,) = gradients(root.value, [x.value])
        (second,) = gradients(first, [z.value])
        assert second.data == curvature(root, x, z)

    @rule(k=PICK)
    def gradients_fail(self, k):
        fuse = self.result("fuse", self.node(k))
        leaves = [v for v in below(fuse) if not v.op] if fuse else []
        for x in leaves:
            ARMED.append(Refusal)
            with pytest.raises(Refusal):
                gradients(fuse.value, [x.value])
            ARMED.clear()

    @rule(k=PICK, picks=st.lists(PICK, min_size=1, max_size=2, unique=True))
    def take_derivatives_of_a_function(self, k, picks):
        """Rebuild the nodes that depend on some leaves as a function of them; reuse the others."""
        root = self.node(k)
        xs = list({id(x): x for x in map(self.a_leaf, picks)}.values())
        point = [x.data for x in xs]
        twins = [Node(None, x.data) for x in xs]
        again = self.rebuild(root, xs, twins, node=True)
        first = [slope(again, t) for t in twins]
        matrix = [[curvature(again, t, s) for s in twins] for t in twins]

        def f(*args):
            return self.rebuild(root, xs, args, node=False)

        all_of = tuple(range(len(xs)))
        ones = [1.0] * len(xs)
        assert list(map(number, grad(f, all_of)(*point))) == first
        assert number(jvp(f, point, ones)[1]) == sum(first)
        assert list(map(number, hvp(f, point, ones))) == [sum(row) for row in matrix]
        assert [list(map(number, row)) for row in hessian(f, all_of)(*point)] == matrix
        self.check_what_was_used(again, twins[0], grad(f)(*point))

    def check_what_was_used(self, again, twin, found):
        """The gradient is a number, or where the function used leaves of ours, reaches these."""
        leaves = [v for v in below(again) if not v.op and v.value is not None]
        assert type(found) is (Value if leaves else float)
        if leaves:
            seconds = gradients(found, [v.value for v in leaves])
            assert [g.data for g in seconds] == [curvature(again, twin, v) for v in leaves]

    def rebuild(self, root, xs, replacements, *, node):
        """Rebuild the nodes that depend on `xs` from the replacements, in their original order."""
        new = {id(x): r for x, r in zip(xs, replacements)}
        for v in self.nodes:
            if id(v) not in new and any(id(x) in new for x in v.operands):
                if node:
                    at = [new.get(id(x), x) for x in v.operands]
                    y = OPERATIONS[v.op][0](*[x.data if isinstance(x, Node) else x for x in at])
                    new[id(v)] = Node(None, y, v.op, tuple(at))
                else:
                    at = [new.get(id(x), x.value if isinstance(x, Node) else x) for x in v.operands]
                    new[id(v)] = OPERATIONS[v.op][0](*at)
        return new.get(id(root), root if node else root.value)

    # invariants

    @invariant()
    def every_value_is_as_it_should_be(self):
        for v in self.nodes:
            got = (v.value.data, v.value.grad, v.value.reached)
            assert got == (v.data, v.grad, v.reached), v


def number(x):
    return x.data if isinstance(x, Value) else x


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestMachine = Machine.TestCase
