"""The errors of translations."""

import numpy as np
import pytest

from kvae.evaluation import METRICS
from kvae.training import Batches
from tests.contracts.models import MODELS, batch, data_for, settle


def _errors(model, *data):
    return METRICS["translation"](model, Batches(*data, batch_size=4))


@pytest.mark.parametrize("name", ["Pix2Pix", "Pix2PixVAE, one's own target"])
def test_translation_is_compared_with_its_target(name):
    model = settle(MODELS[name]())
    data = data_for(model, 6)
    found = _errors(model, *data)
    assert found["translation.mae"] == pytest.approx(np.abs(model.translate(data[0]) - data[-1]).mean(), rel=1e-5)
    assert set(found) == {"translation.mae", "translation.ssim"}


def test_translation_between_domains_is_compared_with_the_translation_back():
    model = settle(MODELS["CycleGAN"]())
    x, y = batch(6), np.array([0, 1, 1, 0, 1, 0], "int32")
    assert _errors(model, x, y) == {
        "translation.cycle": pytest.approx(np.abs(model.translate_back(x, y) - x).mean(), rel=1e-5)
    }
