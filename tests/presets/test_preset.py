"""Writing presets and loading them."""

import json
import os
import shutil
import sys
import types

import keras
import numpy as np
import pytest
from keras import ops

import kvae
from kvae.errors import UserError
from kvae.presets import deviation, from_preset, read_card, to_preset
from kvae.presets.layout import FILES, SAMPLER
from kvae.presets.probe import EXAMPLES
from kvae.presets.upgrade import FORMAT
from tests.contracts.models import MODELS, ONE_OF_EACH, answer, data_for, settle


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_from_preset_returns_the_model_that_was_written(name, tmp_path):
    model = MODELS[name]()
    settle(model)
    data = data_for(model, EXAMPLES)  # as many as the probe has, so that one shape is compiled
    to_preset(model, tmp_path / "preset", {"metrics": {"elbo": -1.0}})
    loaded = from_preset(tmp_path / "preset")
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(answer(loaded, data), answer(model, data))
    loaded.compile("adam")


def test_to_preset_completes_the_card(tmp_path):
    model = MODELS["VAE"]()
    to_preset(model, tmp_path, {"recipe": "digits/vae", "seed": 3})
    card = read_card(tmp_path)
    assert card["recipe"] == "digits/vae"
    assert card["parameter_count"] == model.count_params()
    assert card["backend"] == keras.backend.backend()
    assert card["versions"]["keras"] == keras.__version__
    assert set(card["sha256"]) == {"config.json", "model.weights.h5"}


def test_to_preset_adds_the_licence_of_the_data(tmp_path):
    to_preset(MODELS["VAE"](), tmp_path, {"data": {"name": "celeba", "fingerprint": "0"}})
    data = read_card(tmp_path)["data"]
    assert data["fingerprint"] == "0"
    assert data["licence"]["terms"] == "non-commercial research only"


def test_deviation_of_changed_weights_is_large(tmp_path):
    model = settle(MODELS["CSVAE"]())
    probe = read_card(to_preset(model, tmp_path))["probe"]
    assert set(probe["answers"]) == {"reconstruct", "sample"}
    loaded = from_preset(tmp_path)
    assert deviation(loaded, probe) < 1e-6
    for net in (loaded.encoder, loaded.label_prior, loaded.decoder):
        weight = net.trainable_variables[0]
        before = ops.convert_to_numpy(weight)
        weight.assign(before[::-1])
        assert deviation(loaded, probe) > 1e-3
        weight.assign(before)
    assert deviation(MODELS["VAE"](), probe) == float("inf")


def test_to_preset_of_compiled_model_leaves_out_optimizer(tmp_path):
    model = MODELS["VAE"]()
    bare = to_preset(model, tmp_path / "bare")
    model.compile("adam")
    model.optimizer.build(model.trainable_variables)
    compiled = to_preset(model, tmp_path / "compiled")
    assert (compiled / "model.weights.h5").stat().st_size == (bare / "model.weights.h5").stat().st_size


def test_to_preset_half_rounds_weights_to_16_bits(tmp_path):
    model = MODELS["VAE, convolutional"]()
    settle(model)
    (x,) = data_for(model, 8)
    for half in (False, True):
        to_preset(model, tmp_path / str(half), half=half)
    loaded = from_preset(tmp_path / "True")
    assert {keras.backend.standardize_dtype(v.dtype) for v in loaded.trainable_variables} == {"float32"}
    np.testing.assert_allclose(loaded.reconstruct(x), model.reconstruct(x), atol=2e-3)
    for v, w in zip(loaded.weights, model.weights, strict=True):
        a, b = ops.convert_to_numpy(v), ops.convert_to_numpy(w)
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)


def test_to_preset_half_refuses_weights_beyond_16_bits(tmp_path):
    model = MODELS["VAE"]()
    model.trainable_variables[0].assign(np.full(model.trainable_variables[0].shape, 1e6))
    with pytest.raises(UserError, match="within 16 bits"):
        to_preset(model, tmp_path, half=True)
    with pytest.raises(UserError, match=r"lacks card\.json"):
        from_preset(tmp_path)


def test_to_preset_replaces_presets_but_no_other_folders(tmp_path):
    for name in ("VAE", "Autoencoder"):
        to_preset(MODELS[name](), tmp_path / "one")
    assert type(from_preset(tmp_path / "one")).__name__ == "Autoencoder"
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "thesis.tex").write_text("precious")
    with pytest.raises(UserError, match=r"thesis\.tex"):
        to_preset(MODELS["VAE"](), tmp_path / "two")


@pytest.mark.parametrize("file", ["config.json", "model.weights.h5", "card.json"])
def test_to_preset_on_full_disk_leaves_the_old_preset(file, tmp_path, monkeypatch):
    to_preset(MODELS["VAE"](), tmp_path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    monkeypatch.setattr(os, "replace", _full_disk(os.replace, file))
    with pytest.raises(OSError, match="No space"):
        to_preset(MODELS["Autoencoder"](), tmp_path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before
    assert type(from_preset(tmp_path)).__name__ == "VAE"


def test_to_preset_killed_at_any_move_leaves_old_or_new_preset(tmp_path, monkeypatch):
    path, new, states = tmp_path / "preset", MODELS["Autoencoder"](), []
    to_preset(MODELS["VAE"](), path)

    def recording(move):  # copies what a kill before this move would leave
        def recorded_move(source, target):
            states.append(shutil.copytree(path, tmp_path / str(len(states))))
            move(source, target)

        return recorded_move

    with monkeypatch.context() as patch:
        for name in ("replace", "rename"):
            patch.setattr(os, name, recording(getattr(os, name)))
        to_preset(new, path)
    kinds = [type(from_preset(state)).__name__ for state in states]
    # Three files are written and become one folder, then three files are moved.
    assert kinds == 4 * ["VAE"] + 3 * ["Autoencoder"]
    for state in states:
        to_preset(new, state)
        assert sorted(file.name for file in state.iterdir()) == sorted(FILES)
        assert type(from_preset(state)).__name__ == "Autoencoder"


@pytest.mark.parametrize("after", [1, 2])
def test_from_preset_with_files_of_two_presets_is_refused(after, tmp_path):
    one, other = to_preset(MODELS["VAE"](), tmp_path / "one"), to_preset(MODELS["Autoencoder"](), tmp_path / "other")
    for name in FILES[:after]:
        os.replace(other / name, one / name)
    with pytest.raises(UserError, match="is damaged"):
        from_preset(one)


def _full_disk(replace, file):
    def failing(source, target):
        if os.path.basename(target) == file:
            raise OSError(28, "No space left on device")
        replace(source, target)

    return failing


def test_presets_made_by_functions_of_the_package_load(tmp_path):
    kvae.to_preset(MODELS["VAE"](), tmp_path)
    assert type(kvae.from_preset(tmp_path)).__name__ == "VAE"


@pytest.mark.parametrize("source", ["celeba/vea", "/nowhere", "hf:/user/repo"])
def test_from_preset_of_anything_else_is_refused(source):
    with pytest.raises(UserError, match=r"Expected a preset.*Received: " + source):
        from_preset(source)


def test_from_preset_of_the_hub_without_its_package_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=r'pip install "kvae-zoo\[hub\]"'):
        from_preset("hf://somebody/something")


def test_from_preset_of_newer_format_is_refused(tmp_path):
    to_preset(MODELS["VAE"](), tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps(card | {"format": FORMAT + 1}))
    with pytest.raises(UserError, match="If a newer version of kvae wrote it, update kvae"):
        from_preset(tmp_path)


def test_from_preset_of_the_hub_accepts_links_within_its_cache(tmp_path, monkeypatch):
    home, asked = tmp_path / "models--me--vae", []
    snapshot = home / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for number, file in enumerate(to_preset(MODELS["VAE"](), home / "written").iterdir()):
        (home / "blobs").mkdir(exist_ok=True)
        file.rename(home / "blobs" / str(number))
        (snapshot / file.name).symlink_to(home / "blobs" / str(number))

    def snapshot_download(repo, allow_patterns):
        asked.append((repo, sorted(allow_patterns)))
        return str(snapshot)

    monkeypatch.setitem(sys.modules, "huggingface_hub", types.SimpleNamespace(snapshot_download=snapshot_download))
    assert type(from_preset("hf://me/vae")).__name__ == "VAE"
    assert asked == [("me/vae", sorted([*FILES, SAMPLER]))]
