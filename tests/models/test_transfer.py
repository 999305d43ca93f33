"""Label transfer by degrees, and styles taken from other images."""

import numpy as np
import pytest

from kvae.errors import UserError
from tests.contracts.models import MODELS, data_for, settle
from tests.models.labelled_models import others


def _model(name):
    model = MODELS[name]()
    settle(model)
    return model, *data_for(model, 5)


@pytest.mark.parametrize(
    "name", ["CondVAE", "CondVAE, classes", "CSVAE", "CSVAE, classes", "IFCVAEGAN", "VAEGAN, labels"]
)
def test_transfer_of_amount_zero_is_the_reconstruction(name):
    model, x, y = _model(name)
    start, half, end = (model.transfer(x, y, others(model, y), amount=a) for a in (0, 0.5, 1))
    np.testing.assert_allclose(start, model.reconstruct(x, y), rtol=1e-5)
    np.testing.assert_allclose(end, model.transfer(x, y, others(model, y)), rtol=1e-5)
    assert np.abs(end - start).max() > 1e-3
    assert np.abs(half - start).max() < np.abs(end - start).max()


def test_csvae_restyle_takes_w_from_the_style_image():
    model, x, y = _model("CSVAE")
    style, style_y = x[::-1].copy(), y[::-1].copy()
    z, w = model.encode(x, y), model.encode(style, style_y)
    z[:, model.parts["w"]] = w[:, model.parts["w"]]
    np.testing.assert_allclose(model.restyle(x, y, style, style_y), model.decode(z), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.restyle(x, y, x, y), model.reconstruct(x, y), rtol=1e-5, atol=1e-6)


def test_restyle_without_a_label_part_is_refused():
    model, x, y = _model("CondVAE")
    with pytest.raises(UserError, match="such as CSVAE"):
        model.restyle(x, y, x, y)
