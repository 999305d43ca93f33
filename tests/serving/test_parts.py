"""The deterministic networks of trained models."""

import numpy as np
import pytest
from keras import ops

from kvae.capabilities import CLASSIFIER, DECODER, POSTERIOR, STRENGTH
from kvae.errors import UserError
from kvae.serving import parts_of
from tests.contracts.models import ALL_ON_TENSORFLOW, MODELS, data_for, to_translate


def outputs_of(part, model, *arrays):
    """Return the outputs of a network of `model`, and check that they have the declared shapes and types."""
    assert len(arrays) == len(part.inputs)
    for array, declared in zip(arrays, part.inputs, strict=True):
        assert (array.shape[1:], array.dtype.name) == (declared.shape, declared.dtype)
    tensors = [ops.convert_to_tensor(array) for array in arrays]
    found = part.network(model)(tensors if len(tensors) > 1 else tensors[0])
    found = [ops.convert_to_numpy(output) for output in found]
    for array, declared in zip(found, part.outputs, strict=True):
        assert array.shape == (len(arrays[0]), *declared.shape)
    return found


@pytest.mark.parametrize("name", [name for name in ALL_ON_TENSORFLOW if "flow" not in name])
def test_networks_return_what_the_model_returns(name):
    model = MODELS[name]()
    x, *y = data_for(model, 5)
    parts = {part.name: part for part in parts_of(model)}
    if CLASSIFIER in model.capabilities:
        (found,) = outputs_of(parts["classifier"], model, x)
        np.testing.assert_allclose(found, model.probabilities(x), atol=1e-5)
        return
    if "translator" in parts:
        given = to_translate(model, (x, *y))
        arrays = [*given[:-1], np.full(5, given[-1], "float32")] if STRENGTH in model.capabilities else given
        (found,) = outputs_of(parts["translator"], model, *arrays)
        np.testing.assert_allclose(found, model.translate(*given), atol=1e-5)
    if DECODER not in model.capabilities:
        return
    code, *log_sigma = outputs_of(parts["encoder"], model, x, *y)
    np.testing.assert_allclose(code, model.encode(x, *y), atol=1e-5)
    if POSTERIOR in model.capabilities:
        np.testing.assert_allclose(np.exp(log_sigma[0]), model.posterior_parameters(x, *y)[1], rtol=1e-4)
    labels = y if len(parts["decoder"].inputs) == 2 else []
    (found,) = outputs_of(parts["decoder"], model, code, *labels)
    np.testing.assert_allclose(found, model.decode(code, *labels), atol=1e-5)


def test_networks_of_a_posterior_without_a_closed_mean_are_refused():
    with pytest.raises(UserError, match="InverseAutoregressivePosterior"):
        parts_of(MODELS["VAE, flow"]())


def test_networks_declare_the_ranges_of_their_arrays():
    encoder, decoder = parts_of(MODELS["CondVAE, classes"]())
    assert [(array.name, array.values) for array in encoder.inputs] == [("x", "[0, 1]"), ("y", "a class, 0 to 2")]
    assert [array.name for array in encoder.outputs] == ["mean", "log_sigma"]
    assert [array.name for array in decoder.inputs] == ["z", "y"]
    (code,) = parts_of(MODELS["Autoencoder"]())[0].outputs
    assert (code.name, code.shape) == ("z", (3,))
