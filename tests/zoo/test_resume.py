"""Recipes with dropout, with measured means, with a pool of images or with an adversary resume bit for bit.

`tests/contracts/test_resume.py` kills real processes.
"""

import dataclasses
import shutil

import keras
import numpy as np
import pytest

from kvae import zoo
from kvae.backends import compilation_cache
from kvae.recipes.session import Session
from kvae.runs import Run
from tests.zoo.small import SHORT, random_dataset, small_values

MEASURED = "monet2photo/style_transfer"
ADVERSARIES = ["monet2photo/cyclegan", "facades/bicycle_gan", "celeba/autoencoder_kl"]
"""Recipes whose players and pool are resumed on PyTorch, where their networks are not compiled."""

RESUMED = [MEASURED, *(name for name in zoo.names() if "model.dropout" in zoo.load(name).parameters())]
RESUMED += ADVERSARIES if keras.backend.backend() == "torch" else []


def _state(run):
    with np.load(run.state) as archive:
        return {name: archive[name] for name in archive.files}


@pytest.mark.slow  # some networks of the paintings take a minute to compile
@pytest.mark.parametrize("name", RESUMED)
def test_recipe_resumed_after_one_epoch_ends_bit_identical(name, tmp_path):
    recipe = zoo.load(name)
    values = small_values(recipe, {**SHORT, "model.dropout": 0.3, "model.pool": 2, "model.start": 1, "epochs": 2})
    dataset = dataclasses.replace(random_dataset(name), validation=None, test=None)
    alone, resumed = Run(tmp_path / "alone"), Run(tmp_path / "resumed")

    def copy_first_epoch(epoch, logs):
        if epoch == 0:
            shutil.copytree(alone.path, resumed.path)

    with compilation_cache():
        session = Session(recipe, values, seed=0, dataset=dataset)
        Run.create(alone.path, session.config())
        copy = keras.callbacks.LambdaCallback(on_epoch_end=copy_first_epoch)
        session.fit(alone, [], [copy], progress=False)
        session = Session(recipe, values, seed=0, dataset=dataset)
        session.fit(resumed, session.restore(resumed), progress=False)
    expected, found = _state(alone), _state(resumed)
    assert found.keys() == expected.keys()
    assert not [name for name, array in expected.items() if not np.array_equal(found[name], array)]
