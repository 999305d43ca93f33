"""The errors of translations."""

import numpy as np
import pytest
from keras import ops

from kvae.evaluation import METRICS, NotApplicable
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
    assert set(found) - {"translation.constant_code.mae"} == {"translation.mae", "translation.ssim"}


@pytest.mark.parametrize("name", ["CycleGAN", "StyleTransferVAE"])
def test_translation_between_domains_is_compared_with_the_translation_back(name):
    model = settle(MODELS[name]())
    x, y = batch(6), np.array([0, 1, 1, 0, 1, 0], "int32")
    batches = Batches(x, y if "y" in model.batch_spec else None, batch_size=4, labels=y)
    expected = np.abs(model.translate_back(x, y) - x).mean()
    assert METRICS["translation"](model, batches) == {"translation.cycle": pytest.approx(expected, rel=1e-5)}


@pytest.mark.parametrize("labels", [None, np.arange(6)])
def test_translation_between_domains_needs_images_of_two_domains(labels):
    with pytest.raises(NotApplicable):
        METRICS["translation"](MODELS["StyleTransferVAE"](), Batches(batch(6), labels=labels))


@pytest.mark.parametrize("name", ["Pix2PixVAE", "Pix2PixVAE, skips", "Pix2PixVAE, one's own target"])
def test_translation_with_one_code_has_the_mean_code_of_all_images(name):
    model = settle(MODELS[name]())
    for variable in model.trainable_variables:  # so that no ReLU is zero for all codes
        variable.assign(ops.abs(variable))
    x, *y = data_for(model, 6)
    codes = model.encode(x, *y)
    translated = model.translate_code(np.repeat(codes.mean(axis=0, keepdims=True), 6, axis=0), x)
    expected = np.abs(translated - (y[0] if y else x)).mean()
    found = _errors(model, x, *y)
    assert found["translation.constant_code.mae"] == pytest.approx(expected, rel=1e-5)
    assert found["translation.constant_code.mae"] != found["translation.mae"]


def test_translation_without_a_code_has_no_error_with_one_code():
    model = settle(MODELS["Pix2Pix"]())
    assert "translation.constant_code.mae" not in _errors(model, *data_for(model, 6))
