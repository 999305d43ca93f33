"""A run becomes a preset, which the commands take where they take a run."""

import json

import numpy as np

import kvae as kvae_
from kvae.data import load


def test_a_run_becomes_a_preset_that_commands_take(kvae, kvae_json, trained, tmp_path):
    result = kvae("export", trained, "mine", "--half")
    assert result.code == 0, result.err
    assert "MB" in result.out
    card = json.loads((tmp_path / "mine" / "card.json").read_text())
    assert card["command"].startswith("kvae train digits/vae --set epochs=2 --seed 0")
    assert card["recipe"] == "digits/vae"
    assert card["figures"]["elbo"] < 0
    assert card["epochs"] == 2
    assert kvae("sample", "mine", "-n", 4).code == 0
    assert (tmp_path / "samples.png").is_file()
    figures = kvae_json("evaluate", "mine", "--metric", "elbo", "--split", "validation")["metrics"]
    assert abs(figures["elbo"] - card["figures"]["elbo"]) < 0.05
    assert not (tmp_path / "mine" / "metrics.json").exists()
    x = load("digits").test.x[:3] / np.float32(255)
    whole = kvae_.runs.Run(trained).load_model().reconstruct(x)
    np.testing.assert_allclose(kvae_.from_preset(tmp_path / "mine").reconstruct(x), whole, atol=5e-3)


def test_presets_are_not_exported_again_and_runs_are_not_overwritten(kvae, trained, tmp_path):
    assert kvae("export", trained, "mine").code == 0
    assert "a preset already" in kvae("export", "mine", "other").err
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("precious")
    result = kvae("export", trained, "full")
    assert result.code != 0
    assert "thesis.tex" in result.err


def test_a_damaged_preset(kvae, trained, tmp_path):
    kvae("export", trained, "mine")
    path = tmp_path / "mine" / "model.weights.h5"
    path.write_bytes(path.read_bytes()[:-9])
    result = kvae("sample", "mine")
    assert result.code != 0
    assert "damaged or another" in result.err
