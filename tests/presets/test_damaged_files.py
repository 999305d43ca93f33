"""Two hundred damaged presets and runs. Each loads with its original outputs, or is refused with one sentence."""

import json
import shutil
import time

import keras
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.presets import from_preset, to_preset
from kvae.presets.layout import FILES
from tests.contracts.models import MODELS, answer, data_for, settle

COUNT = 200
"""Number of damaged copies."""


def _preset(folder, name="VAE, convolutional"):
    model = MODELS[name]()
    settle(model)
    return to_preset(model, folder), model


def _run(folder):
    model = MODELS["CSVAE"]()
    settle(model)
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"recipe": "none", "parameters": {}, "seed": 0, "data": {}}))
    model.save(folder / "model.keras")
    return folder, model


def _truncated(path, rng):
    data = path.read_bytes()
    path.write_bytes(data[: rng.integers(len(data))])


def _flipped(path, rng):
    data = bytearray(path.read_bytes())
    for _ in range(rng.integers(1, 4)):
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
    path.write_bytes(data)


def _missing(path, rng):
    path.unlink()


def _emptied(path, rng):
    path.write_bytes(b"")


def _shuffled(path, rng):
    data = np.frombuffer(path.read_bytes(), np.uint8).copy()
    start = rng.integers(max(1, len(data) - 64))
    rng.shuffle(data[start : start + 64])
    path.write_bytes(data.tobytes())


DAMAGES = (_truncated, _flipped, _missing, _emptied, _shuffled)


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    root = tmp_path_factory.mktemp("originals")
    made = {"preset": _preset(root / "preset"), "run": _run(root / "run")}
    return {
        kind: (folder, data_for(model, 4), answer(model, data_for(model, 4))) for kind, (folder, model) in made.items()
    }


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="one backend is enough for files")
def test_from_preset_of_damaged_files_loads_the_original_or_is_refused(originals, tmp_path):
    rng, loaded, sentences = np.random.default_rng(0), 0, []
    for number in range(COUNT):
        kind = ("preset", "run")[number % 2]
        original, data, expected = originals[kind]
        folder = tmp_path / str(number)
        shutil.copytree(original, folder)
        name = rng.choice(FILES if kind == "preset" else ["config.json", "model.keras", "model.keras"])
        damage = DAMAGES[rng.integers(len(DAMAGES))]
        damage(folder / name, rng)
        start = time.perf_counter()
        try:
            model = from_preset(folder)
        except UserError as error:
            sentences.append(str(error))
            model = None
        assert time.perf_counter() - start < 10
        if model is not None:
            np.testing.assert_array_equal(answer(model, data), expected, err_msg=f"{kind} {name} {damage.__name__}")
            loaded += 1
    print(f"{COUNT} damaged copies: {len(sentences)} refused, {loaded} loaded with their original outputs")
    assert loaded + len(sentences) == COUNT
    assert len(sentences) > COUNT / 2
    assert not [sentence for sentence in sentences if "\n" in sentence]


def test_from_preset_with_a_file_of_another_preset_is_refused(tmp_path):
    one, _ = _preset(tmp_path / "one")
    other, _ = _preset(tmp_path / "other", "CSVAE")
    for name in FILES:
        mixed = tmp_path / f"mixed {name}"
        shutil.copytree(one, mixed)
        shutil.copy(other / name, mixed / name)
        with pytest.raises(UserError, match=r"card\.json was written for"):
            from_preset(mixed)
