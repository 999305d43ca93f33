"""Latent codes of examples as vectors."""

from types import MappingProxyType

import numpy as np
import pytest
from keras import ops

from kvae.evaluation import NotApplicable
from kvae.evaluation.codes import codes, codes_under_every_class, sampled_codes_and_labels
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, batch, data_for, settle
from tests.evaluation.known_models import SpatialCopies


class Maps:
    """A model whose posterior is the point x, as a map (2, 1, 2). Its two channels are the parts z and w."""

    variables = ()
    parts = MappingProxyType({"z": slice(0, 1), "w": slice(1, 2)})

    def posterior(self, x):
        class Point:
            def sample(self, noise):
                return ops.reshape(x, (-1, 2, 1, 2))

        return Point()


def test_codes_spatial_are_flattened(rng):
    x = rng.standard_normal((5, 2)).astype("float32")
    np.testing.assert_array_equal(codes(SpatialCopies(), Batches(x, batch_size=2)), x)


def test_sampled_codes_spatial_parts_slice_the_last_axis():
    x = np.arange(12, dtype="float32").reshape(3, 4)
    parts, labels = sampled_codes_and_labels(Maps(), Batches(x, labels=np.array([0, 1, 1]), batch_size=2), seed=0)
    np.testing.assert_array_equal(parts["z"], x[:, [0, 2]])
    np.testing.assert_array_equal(parts["w"], x[:, [1, 3]])
    np.testing.assert_array_equal(labels, [[0, 1, 1]])


def test_sampled_codes_shuffled_batches_keep_their_labels():
    x = np.arange(40, dtype="float32").reshape(10, 4)
    batches = Batches(x, labels=np.arange(10) % 3, batch_size=4, seed=1)
    parts, labels = sampled_codes_and_labels(Maps(), batches, seed=0)
    rows = (parts["z"][:, 0] // 4).astype(int)
    for value, y in enumerate(labels):
        np.testing.assert_array_equal(y, rows % 3 == value)


@pytest.mark.parametrize(("name", "classes"), [("MultiEncoder", 2), ("CondVAE, classes", 3)])
def test_codes_under_every_class_are_those_of_encode(name, classes):
    model, x = settle(MODELS[name]()), batch(7)
    z, _ = codes_under_every_class(model, Batches(x, np.arange(7) % classes, batch_size=3))
    assert z.shape[:2] == (7, classes)
    for number in range(classes):
        expected = model.encode(x, np.full(7, number))
        np.testing.assert_allclose(z[:, number], expected.reshape(7, -1), atol=1e-6)


def test_codes_under_every_class_attributes_gives_reason():
    model = MODELS["CondVAE"]()
    with pytest.raises(NotApplicable, match="labels are attributes"):
        codes_under_every_class(model, Batches(*data_for(model, 6)))
