"""Malicious configurations and weights. Each is refused with one sentence before anything in it is run."""

import builtins
import copy
import hashlib
import importlib
import json
import os
import socket
import subprocess
import zipfile

import h5py
import keras
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.presets import from_preset, to_preset
from tests.contracts.models import MODELS, settle


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preset")
    model = MODELS["VAE, convolutional"]()
    settle(model)
    return to_preset(model, folder / "vae")


@pytest.fixture
def no_side_effects(monkeypatch, tmp_path):
    """Fail the test if it starts a process, opens a connection or evaluates code."""

    def refuse(*arguments, **_):
        raise AssertionError(f"a preset ran something: {arguments!r}")

    for place, name in ((os, "system"), (subprocess, "Popen"), (socket, "create_connection"), (builtins, "eval")):
        monkeypatch.setattr(place, name, refuse)
    monkeypatch.setattr("keras.src.utils.python_utils.func_load", refuse)


def _rewritten(preset, folder, change):
    """Return a copy of the preset with a changed configuration and a card of matching checksums."""
    described = json.loads((preset / "config.json").read_text())
    described["model"] = change(copy.deepcopy(described["model"]))
    return _sealed(preset, folder, json.dumps(described).encode(), (preset / "model.weights.h5").read_bytes())


def _sealed(preset, folder, config: bytes, weights: bytes):
    """Write a preset of this configuration and these weights, with a card of matching checksums, and return its folder."""
    folder.mkdir(exist_ok=True)
    card = json.loads((preset / "card.json").read_text())
    contents = {"config.json": config, "model.weights.h5": weights}
    card["sha256"] = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def _layer(config):
    """Return the configuration of the encoder's first dense layer."""
    return next(layer for layer in config["config"]["encoder"]["config"]["layers"] if layer["class_name"] == "Dense")


def _replace_encoder(**entry):
    """Return a function that replaces the encoder of a configuration by `entry`."""

    def change(config):
        config["config"]["encoder"] = entry
        return config

    return change


def _change_layer(**entry):
    """Return a function that changes entries of the encoder's first dense layer."""

    def change(config):
        _layer(config).update(entry)
        return config

    return change


def _change_layer_config(**entry):
    """Return a function that changes arguments of the encoder's first dense layer."""

    def change(config):
        _layer(config)["config"].update(entry)
        return config

    return change


CODE = ["4wEAAAAAAAAAAAAAAAAAAAAAAAAAcw==", None, None]
EXECUTE = {"class_name": "__lambda__", "config": {"value": CODE}}
FUNCTION = {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"}


def _nested(depth):
    inner = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": EXECUTE}}
    for _ in range(depth):
        inner = {"module": "keras.layers", "class_name": "TimeDistributed", "config": {"layer": inner}}
    return inner


def _deep(config):
    value = 1
    for _ in range(100):
        value = [value]
    return config | {"config": config["config"] | {"seed": value}}


HOSTILE = {
    "a Lambda layer": _change_layer(class_name="Lambda", config={"name": "l", "function": EXECUTE}),
    "a lambda as activation": _change_layer_config(activation=EXECUTE),
    "a lambda as initializer": _change_layer_config(kernel_initializer=EXECUTE),
    "a function of builtins": _change_layer_config(activation=FUNCTION),
    "os.system": _change_layer_config(activation={"module": "os", "class_name": "function", "config": "system"}),
    "a class of subprocess": _replace_encoder(module="subprocess", class_name="Popen", config={"args": ["id"]}),
    "a module of Keras that loads code": _replace_encoder(
        module="keras.src.utils.python_utils", class_name="function", config="func_load", registered_name="func_load"
    ),
    "keras.utils.get_file": _replace_encoder(
        module="keras.utils", class_name="get_file", config={"origin": "http://localhost/x"}, registered_name="get_file"
    ),
    "keras.config.enable_unsafe_deserialization": _replace_encoder(
        module="keras.config", class_name="function", config="enable_unsafe_deserialization"
    ),
    "keras.saving.load_model": _replace_encoder(module="keras.saving", class_name="function", config="load_model"),
    "a TFSMLayer": _change_layer(module="keras.layers", class_name="TFSMLayer", config={"filepath": "saved_model"}),
    "a TorchModuleWrapper": _change_layer(class_name="TorchModuleWrapper", config={"module": "gASVAA=="}),
    "a FlaxLayer": _change_layer(class_name="FlaxLayer", config={"module": "x"}),
    "a StringLookup that reads a file": _change_layer(class_name="StringLookup", config={"vocabulary": "/etc/passwd"}),
    "a TextVectorization that reads a file": _change_layer(
        class_name="TextVectorization", config={"vocabulary": "/etc/passwd"}
    ),
    "a class of Keras from a foreign module": _change_layer(module="evil.layers"),
    "a class of Keras under a name of kvae": _change_layer(registered_name="kvae>VAE"),
    "a class of kvae under a foreign name": _replace_encoder(
        module="kvae.models.vae", class_name="VAE", config={}, registered_name="evil>VAE"
    ),
    "a class of kvae from a foreign module": _replace_encoder(
        module="evil", class_name="VAE", config={}, registered_name="kvae>VAE"
    ),
    "os as the module of a class of kvae": _replace_encoder(
        module="os", class_name="VAE", config={}, registered_name="kvae>VAE"
    ),
    "a path as the module of a class of kvae": _replace_encoder(
        module="kvae/../x", class_name="VAE", config={}, registered_name="kvae>VAE"
    ),
    "a registered name for another class": _replace_encoder(
        module="kvae.models.vae", class_name="IWAE", config={}, registered_name="kvae>VAE"
    ),
    "Keras' Functional from elsewhere": _replace_encoder(module="evil.functional", class_name="Functional", config={}),
    "a wrapper around a Lambda": _change_layer(**_nested(1)),
    "forty wrappers around a Lambda": _change_layer(**_nested(40)),
    "a Lambda in an unusual key": _change_layer_config(quantization_config=_nested(0)),
    "a class as its own module": _replace_encoder(module=["os"], class_name={"x": 1}, config={}, registered_name=None),
    "code in a number's place": _change_layer_config(units={"class_name": "__numpy__", "config": {"value": CODE}}),
    "a type specification": _change_layer_config(
        units={"class_name": "__typespec__", "spec_name": "x", "module": "os"}
    ),
    "a bound method": _change_layer_config(activation={"class_name": "__method__", "config": {"name": "system"}}),
    "2**40 units": _change_layer_config(units=2**40),
    "a million units twice": lambda c: _huge(c),
    "a large negative number of units": _change_layer_config(units=-(2**30)),
    "infinitely many units": _change_layer_config(units=float("inf")),
    "a hundred nested lists": _deep,
    "no model": lambda c: {"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}},
    "a list": lambda c: [c],
    "nothing": lambda c: None,
}


def _huge(config):
    """Set two sizes. Each is within its bound, but their product exceeds any memory."""
    _layer(config)["config"]["units"] = 2**20
    config["config"]["encoder"]["config"]["layers"][0]["config"]["batch_shape"] = [None, 2**10, 2**10, 1]
    return config


@pytest.mark.parametrize("name", HOSTILE)
def test_from_preset_with_hostile_configuration_is_refused(name, preset, tmp_path, no_side_effects):
    folder = _rewritten(preset, tmp_path / "x", HOSTILE[name])
    with pytest.raises(UserError) as refused:
        from_preset(folder)
    assert "\n" not in str(refused.value)


def test_from_preset_finds_registered_classes_without_importing_their_module(preset, tmp_path, monkeypatch):
    """Keras finds a registered class by its registered name, and ignores its module."""
    imported, import_module = [], importlib.import_module

    def recording(name, *arguments):
        imported.append(name)
        return import_module(name, *arguments)

    monkeypatch.setattr(importlib, "import_module", recording)
    folder = _rewritten(preset, tmp_path / "x", lambda config: config | {"module": "kvae.evil"})
    assert type(from_preset(folder)).__name__ == "VAE"
    assert "kvae.evil" not in imported


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"model": NaN}', b'{"model": ' + b"9" * 5000 + b"}", b"\xff\xfe"])
def test_from_preset_with_unreadable_json_is_refused(text, preset, tmp_path):
    folder = _sealed(preset, tmp_path / "x", text, (preset / "model.weights.h5").read_bytes())
    with pytest.raises(UserError):
        from_preset(folder)


def test_from_preset_of_a_run_makes_the_same_checks(preset, tmp_path, no_side_effects):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")
    config = HOSTILE["a Lambda layer"](json.loads((preset / "config.json").read_text())["model"])
    with zipfile.ZipFile(run / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.write(preset / "model.weights.h5", "model.weights.h5")
    with pytest.raises(UserError, match=r"names .*Lambda"):
        from_preset(run)


def _external(file):
    file["_layer_checkpoint_dependencies"] = h5py.ExternalLink("/etc/passwd", "/x")


def _soft(file):
    file["elsewhere"] = h5py.SoftLink("/encoder")


def _virtual(file):
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("secret.h5", "x", shape=(4,))
    file.create_virtual_dataset("v", layout)


def _outside(file):
    file.create_dataset("raw", (100,), "f4", external=[("/etc/passwd", 0, 400)])


def _vast(file):
    file.create_dataset("vast", (2**40,), "f4", chunks=(2**20,))


def _words(file):
    file["words"] = np.array([b"os.system"])


def _circle(file):
    file["again"] = file["/"]


@pytest.mark.parametrize("change", [_external, _soft, _virtual, _outside, _vast, _words, _circle])
def test_from_preset_with_hostile_weights_is_refused(change, preset, tmp_path, no_side_effects):
    path = tmp_path / "weights.h5"
    path.write_bytes((preset / "model.weights.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        change(file)
    folder = _sealed(preset, tmp_path / "x", (preset / "config.json").read_bytes(), path.read_bytes())
    with pytest.raises(UserError, match=r"Expected|damaged"):
        from_preset(folder)


@pytest.mark.parametrize("file", ["config.json", "model.weights.h5", "card.json"])
def test_from_preset_with_linked_file_is_refused(file, preset, tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    for each in preset.iterdir():
        (folder / each.name).symlink_to(each) if each.name == file else (folder / each.name).write_bytes(
            each.read_bytes()
        )
    with pytest.raises(UserError, match="a link to another folder"):
        from_preset(folder)


def test_preset_with_linked_folder_of_new_files_is_refused(preset, tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / ".new").symlink_to(preset)
    for read in (from_preset, lambda folder: to_preset(MODELS["VAE"](), folder)):
        with pytest.raises(UserError, match=r"a link to another folder|holds \.new"):
            read(folder)


def test_from_preset_ignores_other_files_named_on_the_card(preset, tmp_path):
    folder = _sealed(
        preset, tmp_path / "x", (preset / "config.json").read_bytes(), (preset / "model.weights.h5").read_bytes()
    )
    card = json.loads((folder / "card.json").read_text())
    card["sha256"]["../../etc/passwd"] = "0"
    (folder / "card.json").write_text(json.dumps(card))
    assert isinstance(from_preset(folder), keras.Model)
