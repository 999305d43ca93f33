"""Translation models of the published size build and train a step, with the settings in the docstrings of their recipes.

`python -m benchmarks.published` also trains those that take longer.
"""

import keras
import numpy as np
import pytest
from benchmarks.published import built, sizes

from kvae import zoo

SLOW = {"monet2photo/cyclegan", "facades/bicycle_gan", "facades/pix2pix_vae"}
"""Recipes whose step takes more than 20 s on one core, with the time in which Keras and the networks are built."""

SIZES = [
    pytest.param(name, settings, id=f"{name} {settings['data.size']}") for name, settings in sizes() if name not in SLOW
]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="other tests compare networks between the backends")
@pytest.mark.xdist_group("published")  # one at a time, because each takes up to 2 GB
@pytest.mark.parametrize(("name", "settings"), SIZES)
def test_model_of_the_published_size_trains_a_step(name, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("KVAE_CACHE", str(tmp_path / "cache"))
    model, batches = built(name, settings, tmp_path / "noise", run_eagerly=True)
    logs = model.train_on_batch(*batches[0], return_dict=True)
    assert all(np.isfinite(value) for value in logs.values())


def test_published_sizes_are_those_of_the_sources():
    found = {(name, settings["data.size"]) for name, settings in sizes()}
    gans = {"monet2photo/cyclegan", "facades/pix2pix", "facades/bicycle_gan", "facades/pix2pix_vae"}
    assert found == {(name, "256") for name in gans} | {("monet2photo/style_transfer", side) for side in ("180", "90")}
    assert all(settings.get("model.width", "64") == "64" for name, settings in sizes() if name in gans)
    assert set(zoo.names()) >= SLOW
