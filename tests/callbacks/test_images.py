"""Images of reconstructions and samples during training."""

import numpy as np
import pytest
from PIL import Image

from kvae.callbacks import SaveImages
from kvae.plots.grids import grid, grid_of_pairs
from tests.contracts.models import MODELS, batch, data_for, settle

LABELLED = ("CondVAE, classes", "CSVAE")


def test_save_images_every_two_epochs_also_draws_the_last(tmp_path):
    model = MODELS["VAE"]()
    model.compile("adam")
    model.fit(batch(8), epochs=3, callbacks=[SaveImages(tmp_path, (batch(4),), every=2)], verbose=0)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"epoch-{epoch:04d}-{kind}.png" for epoch in (2, 3) for kind in ("reconstructions", "samples")
    ]


@pytest.mark.parametrize("name", LABELLED)
def test_save_images_labelled_model_uses_labels_of_examples(name, tmp_path):
    """There are 64 samples, with the labels of the 40 examples repeated."""
    model = settle(MODELS[name]())
    x, y = data_for(model, 40)
    images = SaveImages(tmp_path, (x, y))
    images.set_model(model)
    images.draw("now")
    samples = model.sample(64, np.concatenate([y, y[:24]]), seed=0)
    expected = {
        "samples": grid(samples, 8),
        "reconstructions": grid_of_pairs(x[:32], model.reconstruct(x[:32], y[:32])),
    }
    for kind, sheet in expected.items():
        with Image.open(tmp_path / f"now-{kind}.png") as drawn:
            np.testing.assert_array_equal(np.asarray(drawn), np.asarray(sheet))
            assert drawn.text == ({"sampler": "prior"} if kind == "samples" else {})


@pytest.mark.parametrize("name", LABELLED)
def test_save_images_labelled_model_draws_while_it_trains(name, tmp_path):
    model = MODELS[name]()
    data = data_for(model, 8)
    model.compile("adam")
    model.fit(*data, callbacks=[SaveImages(tmp_path, [array[:3] for array in data])], verbose=0)
    assert {p.name for p in tmp_path.iterdir()} == {"epoch-0001-reconstructions.png", "epoch-0001-samples.png"}
