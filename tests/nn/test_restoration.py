"""A checkpoint that is put into a training: all of it, or nothing."""

import copy
import json
import math
import os
import random
import stat
import sys

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, nn
from microgradlike.nn import LoadError, train
from microgradlike.nn.training.contents import HEAD
from microgradlike.nn.training.plain import from_json, to_json
from microgradlike.nn.training.restoration import Restoration
from tests.bits import same_bits
from tests.nn.test_damage import training, whole, written


def edited(path, change):
    """Change the document in a file, and remove its checksum as one does who edits it."""
    document = json.loads(path.read_text())
    del document["checksum"]
    change(document)
    path.write_text(json.dumps(document))


def refused(path, says):
    state = training(5)
    before = whole(state)
    with pytest.raises(LoadError, match=f"(?s){says}.*; the model is as it was$") as caught:
        Restoration(path, state).apply()
    assert str(path) in str(caught.value)
    assert whole(state) == before


def setting(*keys, to):
    def change(document):
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (setting("lr", to=-1.0), r"lr must be finite and not negative, got -1\.0"),
        (setting("lr", to={"double": "nan"}), "lr must be finite and not negative, got nan"),
        (setting("lr", to={"double": "inf"}), "lr must be finite and not negative, got inf"),
        (setting("lr", to=math.nan), "no number NaN; take another copy"),
        (setting("lr", to=10**400), "digits is beyond the largest double"),
        (setting("lr", to="0.1"), "lr must be a number, got '0.1' of type str"),
        (setting("lr", to=True), "lr must be a number, got True"),
        (setting("lr", to={"double": "one"}), "'inf', '-inf' or 'nan' is due, got 'one'"),
        (setting("optimizer", "steps", to=10**400), "steps must be at most 2.*53, got 1329 bits"),
        (setting("optimizer", "steps", to=-1), "steps must be at least 0, got -1"),
        (setting("optimizer", "steps", to=1.5), "steps must be a whole number, got 1.5"),
        (
            setting("optimizer", "square", 3, to=-1e-9),
            "square must have no number below 0, got -1e",
        ),
        (setting("optimizer", "mean", 3, to=10**400), "digits is beyond the largest double"),
        (setting("optimizer", "mean", to=[0.5]), r"mean has 1 number\(s\) for 9 parameter"),
        (setting("optimizer", "optimizer", to="SGD"), "Adam refuses: the state is not one of Adam"),
        (setting("optimizer", to=[]), r"optimizer must be a dict, got \[\]"),
        (setting("rng", to=[]), "rng must be the three parts of Random.getstate"),
        (setting("rng", 0, to=2), "rng must be the three parts of Random.getstate"),
        (setting("rng", 1, 0, to=-1), "rng is not a state of Random: "),
        (setting("rng", 1, 0, to=0.5), "rng is not a state of Random: "),
        (setting("rng", 1, 624, to=700), "rng is not a state of Random: "),
        (setting("rng", 2, to="0.5"), "last part of rng must be a number or null, got '0.5'"),
        (setting("losses", to=[0.5]), "it has 1 losses, but 0 of the 0 validation|"),
        (setting("losses", to=0.5), r"losses must be a list, got 0\.5"),
        (setting("losses", 0, to=10**400), "digits is beyond the largest double"),
        (setting("validation", to=[0.5]), "it has 3 losses, but 1 of the 0 validation examples"),
        (setting("stopped", to=5), "stopped must be a str, got 5"),
        (setting("examples", to=True), "examples must be a whole number, got True"),
        (setting("examples", to=[]), r"examples must be a whole number, got \[\]"),
        (setting("parameters", "layers.0.neurons.0.b", to=True), "0.b must be a number, got True"),
        (setting("parameters", "layers.0.neurons.0.c", to=0.5), "another model: unexpected 'lay"),
        (setting("callbacks", to="none"), "callbacks must be a list, got 'none'"),
        (
            setting("callbacks", 0, to=["EarlyStopping"]),
            r"callbacks\[0\] must be a name and a dict",
        ),
        (setting("callbacks", 0, to=[1, {}]), r"callbacks\[0\] must be a name and a dict"),
        (setting("callbacks", 0, 1, "best", to="low"), "EarlyStopping .*best must be a number"),
        (setting("callbacks", 0, 1, "waited", to=-2), "waited must be at least 0, got -2"),
        (setting("callbacks", 0, 1, "parameters", to=5), "parameters must be a list of numbers"),
        (setting("callbacks", 0, 1, to={}), "EarlyStopping that it refuses.*has no 'best'"),
        (setting("callbacks", 1, 1, to={"seen": [9.0]}), "Averaging that it refuses: KeyError"),
        (setting("checksun", to=""), "has an unknown field 'checksun'; remove it"),
        (setting("version", to=True), "has version True"),
        (setting("checksum", to=None), 'accept an edit, remove the field "checksum"'),
    ],
)
def test_a_number_out_of_its_range_changes_nothing(tmp_path, change, says):
    path = written(tmp_path)
    edited(path, change)
    if says.endswith("|"):  # the history alone may be of any length
        Restoration(path, training(5)).apply()
    else:
        refused(path, says)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace('"lr": 0.1', '"lr": 0.2').encode(), "remove the field"),
        (lambda text: text.replace('"lr":', '"lr": 1, "lr":').encode(), "names 'lr' twice"),
        (lambda text: text.replace('"steps":', '"steps": 1, "steps":').encode(), "'steps' twice"),
        (lambda text: text.encode("utf-8-sig"), "begins with a byte order mark; save it without"),
        (lambda text: text.encode("utf-16"), "is not complete JSON: .*utf-8"),
        (lambda text: text.replace("layers", "l\xe4yers").encode("latin-1"), "JSON: .*utf-8"),
        (lambda text: text.replace('"lr": 0.1', '"lr": 1e999').encode(), "has 1e999, a number bey"),
        (lambda text: text.replace('"lr": 0.1', f'"lr": {"1" * 5000}').encode(), "4300"),
        (lambda text: text.replace('"lr"', '"\\ud800"').encode(), r"unknown field '\\ud800'"),
    ],
)
def test_a_text_that_is_not_the_one_written_changes_nothing(tmp_path, spoil, says):
    path = written(tmp_path)
    path.write_bytes(spoil(path.read_text()))
    refused(path, says)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from([{"double": "inf"}, {"double": "nan"}, {"double": 1}]),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
)


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    document = json.loads(written(tmp_path_factory.mktemp("run")).read_text())
    del document["checksum"]
    return document


@pytest.mark.parametrize("examples", [100, pytest.param(5_000, marks=pytest.mark.long)])
def test_any_json_in_any_place_is_taken_or_changes_nothing(tmp_path, document, examples):
    @settings(max_examples=examples)
    @given(st.data())
    def edit(data):
        edited = copy.deepcopy(document)
        place = edited
        while True:
            places = list(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(places))
            deeper = isinstance(place[key], (dict, list)) and place[key]
            if not deeper or data.draw(st.booleans()):
                break
            place = place[key]
        place[key] = data.draw(json_values)
        path, state = tmp_path / "run.json", training(5)
        path.write_text(json.dumps(edited))
        before = whole(state)
        try:
            Restoration(path, state).apply()
        except LoadError:
            assert whole(state) == before
        else:
            rate = state.optimizer.lr
            assert isinstance(rate, float)
            assert 0 <= rate < math.inf
            assert all(type(p.data) is float for p in state.model.parameters())
            assert all(x >= 0 or x != x for x in state.optimizer.state["square"])
            state.rng.shuffle([1, 2, 3])

    edit()


def test_a_checkpoint_of_an_older_release_still_loads(tmp_path):
    path, new, old = written(tmp_path), training(5), training(5)
    Restoration(path, new).apply()
    edited(path, lambda document: None)
    Restoration(path, old).apply()
    assert whole(old) == whole(new)


def test_spaces_and_the_order_of_keys_are_not_part_of_the_checksum(tmp_path):
    path, one, other = written(tmp_path), training(5), training(5)
    Restoration(path, one).apply()
    document = json.loads(path.read_text())
    path.write_text(json.dumps(dict(reversed(document.items())), indent=2))
    Restoration(path, other).apply()
    assert whole(other) == whole(one)


# failures half-way


class Breaking(train.Callback):
    """Changes everything that it knows, and raises."""

    def __init__(self, state, error):
        self.state, self.error, self.ready = state, error, False

    def begin(self, state):
        self.ready = True

    def state_dict(self):
        return {}

    def load_state_dict(self, memory):
        state = self.state
        for p in state.model.parameters():
            p.data = 7.0
        state.optimizer.lr, state.optimizer.steps = 9.0, 99
        state.optimizer.state["mean"][0] = 5.0
        state.rng.random()
        state.callbacks[0].parameters.append(3.0)
        state.callbacks[1].note["half"] = "way"
        self.extra = 1
        raise self.error


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), KeyboardInterrupt()])
def test_a_callback_that_raises_half_way_leaves_everything_as_it_was(tmp_path, error):
    path, state = written(tmp_path), training(5)
    edited(path, lambda document: document["callbacks"].append(["Breaking", {}]))
    state.callbacks.append(Breaking(state, error))
    before = whole(state)
    restoration = Restoration(path, state)
    assert whole(state) == before
    for callback in state.callbacks:
        callback.begin(state)
    kind = LoadError if isinstance(error, Exception) else KeyboardInterrupt
    with pytest.raises(kind, match="Breaking that it refuses" if kind is LoadError else None):
        restoration.apply()
    assert whole(state) == before
    assert vars(state.callbacks[2]) == {"state": state, "error": error, "ready": False}


def test_an_optimizer_that_raises_half_way_is_as_it_was(tmp_path, monkeypatch):
    path, state = written(tmp_path), training(5)

    def load(self, memory):
        self.steps, self.state["mean"][:] = 5, [0.5] * 9
        raise OSError("no")

    monkeypatch.setattr(nn.Adam, "load_state_dict", load)
    before = whole(state)
    with pytest.raises(LoadError, match="has a state that Adam refuses: no; give fit the opt"):
        Restoration(path, state)
    assert whole(state) == before


def test_a_file_that_is_refused_begins_no_callback(tmp_path):
    state, begun = training(5), []

    class Beginning(train.Callback):
        def begin(self, state):
            begun.append(state)

    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(LoadError):
        train.fit(
            state.model,
            "hinge",
            ([[0.0, 1.0]], [1]),
            optimizer=state.optimizer,
            epochs=1,
            callbacks=[Beginning()],
            resume=tmp_path / "run.json",
        )
    assert begun == []


def test_early_stopping_takes_no_parameters_of_another_model(tmp_path):
    path = written(tmp_path)
    edited(path, setting("callbacks", 0, 1, "parameters", to=[0.5] * 3))
    state = training(5)
    restoration = Restoration(path, state)
    for callback in state.callbacks:
        callback.begin(state)
    before = whole(state)
    with pytest.raises(LoadError, match="it has 3 parameters, the model 9"):
        restoration.apply()
    assert whole(state) == before


# whatever is written can be read


class Diary(train.Callback):
    """Remembers anything."""

    def __init__(self, memory=None):
        self.memory = memory

    def __call__(self, state):
        pass

    def state_dict(self):
        return {"memory": self.memory}

    def load_state_dict(self, state):
        self.memory = state["memory"]


def fitted(path, diary, **options):
    model = nn.MLP(1, [1], rng=random.Random(0))
    options = {"epochs": 1, "progress": False, "backend": "python"} | options
    sgd = nn.SGD(model.parameters(), lr=0.1)
    callbacks = [diary, train.Checkpoint(path)] if "resume" not in options else [diary]
    train.fit(
        model, "mse", ([[0.0], [1.0]], [1.0, 3.0]), optimizer=sgd, callbacks=callbacks, **options
    )


def test_a_state_of_any_size_is_resumed(tmp_path):
    path, memory = tmp_path / "run.json", [0.1] * 2_500_000
    fitted(path, Diary(memory))
    assert path.stat().st_size > 12_000_000  # a model of two parameters may have 10 MB
    assert path.read_bytes().startswith(HEAD)
    again = Diary()
    fitted(path, again, resume=path)
    assert again.memory == memory


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text() | st.just("double"), parts),
)


@given(plain)
def test_plain_data_comes_back_from_json_as_it_was(x):
    text = json.dumps(to_json(x, "it"), allow_nan=False)
    assert same_bits(from_json(json.loads(text)), x)


@pytest.mark.parametrize(
    ("memory", "kind", "says"),
    [
        ({1: 2}, TypeError, "the state of Diary has the key 1 of type int.*write str"),
        ({1, 2}, TypeError, r"the state of Diary holds \{1, 2\} of type set.*convert it"),
        (Value(1.0), TypeError, "the state of Diary holds Value.*convert it to a number"),
        ([10**5000], ValueError, "holds an integer of over 4300 digits; store it as text"),
    ],
)
def test_a_state_that_json_cannot_hold_is_refused_when_it_is_written(tmp_path, memory, kind, says):
    with pytest.raises(kind, match=says):
        fitted(tmp_path / "run.json", Diary(memory))


def test_a_state_that_holds_itself_is_refused(tmp_path):
    memory = []
    memory.append(memory)
    with pytest.raises(ValueError, match="the state of Diary is nested too deeply, or holds its"):
        fitted(tmp_path / "run.json", Diary(memory))


def test_a_rate_that_no_training_can_go_on_with_is_not_written(tmp_path):
    path, model = tmp_path / "run.json", nn.MLP(1, [1])
    sgd = nn.SGD(model.parameters(), lr=0.1)

    def spoil(state):
        state.optimizer.lr = math.nan

    options = {"optimizer": sgd, "epochs": 1, "progress": False, "backend": "python"}
    with pytest.raises(ValueError, match=r"run\.json is not written.*lr must be finite .* got nan"):
        train.fit(
            model, "mse", ([[0.0]], [1.0]), callbacks=[spoil, train.Checkpoint(path)], **options
        )
    assert not path.exists()


class Forgetful(nn.SGD):
    """Writes less than it loads."""

    def state_dict(self):
        return {**super().state_dict(), "velocity": []}


def test_an_optimizer_that_refuses_its_own_state_is_found_before_the_first_epoch(tmp_path):
    model = nn.MLP(1, [1])
    sgd = Forgetful(model.parameters(), lr=0.1)
    before = sgd.state_dict()
    options = {"optimizer": sgd, "epochs": 1, "progress": False, "backend": "python"}
    with pytest.raises(ValueError, match=r"Forgetful refuses its own state.*define state_dict"):
        train.fit(
            model,
            "mse",
            ([[0.0]], [1.0]),
            callbacks=[train.Checkpoint(tmp_path / "a.json")],
            **options,
        )
    assert sgd.state_dict() == before


def test_a_checkpoint_goes_where_it_was_meant_to_go(tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    model = nn.MLP(1, [1])
    checkpoint = train.Checkpoint("run.json")
    monkeypatch.chdir(tmp_path / "other")
    sgd = nn.SGD(model.parameters(), lr=0.1)
    options = {"optimizer": sgd, "epochs": 1, "progress": False, "backend": "python"}
    train.fit(model, "mse", ([[0.0]], [1.0]), callbacks=[checkpoint], **options)
    assert (tmp_path / "run.json").exists()
    assert not (tmp_path / "other" / "run.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are POSIX's")
def test_a_checkpoint_and_a_model_replace_no_pipe(tmp_path):
    path = tmp_path / "run.json"
    os.mkfifo(path)
    for act in (train.Checkpoint, lambda path: nn.save(nn.Neuron(1), path)):
        with pytest.raises(OSError, match=r"a named pipe, .*; write to a new file, and copy"):
            act(path)
    assert stat.S_ISFIFO(path.stat().st_mode)
