"""Keras' export of models for serving."""

import keras
import numpy as np
import pytest

from tests.contracts.models import MODELS, batch


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="on PyTorch, Keras exports by way of XLA")
@pytest.mark.parametrize("name", ["VAE", "CondVAE", "CondVAE, classes", "Classifier", "MultiEncoder"])
def test_export_needs_neither_a_signature_nor_a_call(name, tmp_path):
    tf = pytest.importorskip("tensorflow")
    model = MODELS[name]()
    model.export(tmp_path / "exported", verbose=False)
    (given,) = model.signature()
    label = (
        np.zeros((6, *model.labels.cycle(1).shape[1:]), model.labels.cycle(1).dtype)
        if isinstance(given, list)
        else None
    )
    arguments = batch() if label is None else [batch(), label]
    exported = tf.saved_model.load(str(tmp_path / "exported"))  # kept, because it holds the weights
    np.testing.assert_allclose(exported.serve(arguments), model.predict(arguments, verbose=0), atol=1e-5)
