"""A worker: the programs that it keeps, and what is sent to it at all."""

import numpy as np

from microgradlike import jit
from microgradlike.compile import artefact, executable, sharding
from microgradlike.compile.backends import llvm
from tests.compile.test_sharding import Inline


def squares_of(count):
    return [jit(lambda x, k=k: x * x + k, batch=0).executable([1.0]) for k in range(count)]


def test_a_worker_forgets_the_program_that_it_used_longest_ago():
    sent = [sharding.packed(square) for square in squares_of(sharding.CACHE_SIZE + 1)]
    task = "warn", "sums", [np.array([[2.0]])], np.empty(0), 0, 1
    *_, last = sent
    for name, code in sent[:-1]:
        assert sharding.work(name, code, task) is not None
    assert sharding.work(sent[0][0], None, task)[0] == [[4.0]]
    sharding.work(*last, task)
    there = [sharding.work(name, None, task) is not None for name, _ in sent]
    assert there == [True, False] + [True] * (sharding.CACHE_SIZE - 1)


def test_a_worker_keeps_code_under_a_key_of_its_own_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROGRADLIKE_CACHE", str(tmp_path))
    f = jit(lambda x: x.exp() + 0.625, batch=0, backend="llvm")
    sent = sharding.packed(f.executable([1.0]))
    written = []
    monkeypatch.setattr(llvm, "machine", lambda: "another processor")
    monkeypatch.setattr(executable, "WORTH", 0.0)
    monkeypatch.setattr(artefact, "save", lambda key, *_: written.append(key))
    sharding.work(*sent, ("warn", "sums", [np.array([[2.0]])], np.empty(0), 0, 1))
    (key,) = written
    assert not key.startswith(f.executable([1.0]).key)


def test_a_program_is_packed_once():
    (square,) = squares_of(1)
    assert sharding.packed(square) is sharding.packed(square)


def test_a_single_piece_is_sent_to_nobody():
    (square,) = squares_of(1)
    executor = Inline()
    sharded = sharding.ShardedExecutable(square, executor, 4)
    assert sharded.sums(np.ones((1, 4)), np.empty(0)) == [4.0]
    assert executor.calls == []
    assert sharded.sums(np.ones((1, 5)), np.empty(0)) == [5.0]
    assert len(executor.calls) >= 2
