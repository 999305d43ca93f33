"""Transfer of labels and styles, and the labels that a classifier predicts."""

import numpy as np
import pytest

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.errors import UserError
from kvae.latent.transfer import predict_labels, restyle, rows_to_change, transfer_steps
from tests.contracts.models import MODELS, data_for, settle


class Predictions:
    """A classifier whose probabilities are its input."""

    def __init__(self, labels):
        self.labels = labels

    def probabilities(self, x):
        return x


@pytest.mark.parametrize(
    ("y", "new_y", "rows"), [([0, 1, 2], [1, 1, 1], [0, 2]), ([[0, 1], [1, 1]], [[1, 1], [1, 1]], [0])]
)
def test_rows_to_change_are_those_with_other_labels(y, new_y, rows):
    assert rows_to_change(np.array(y), np.array(new_y)).tolist() == rows


@pytest.mark.parametrize("name", ["CondVAE", "CondVAE, spatial code"])
def test_transfer_steps_go_from_reconstruction_to_transfer(name):
    model = MODELS[name]()
    settle(model)
    x, y = data_for(model, 3)
    new_y = model.labels.with_label(y, 1)
    images = transfer_steps(model, x, y, new_y, 3)
    assert images.shape == (3, 3, *model.data_shape)
    np.testing.assert_allclose(images[:, 0], model.reconstruct(x, y), atol=1e-5)
    np.testing.assert_allclose(images[:, 2], model.transfer(x, y, new_y), atol=1e-5)


def test_restyle_gives_every_image_every_style():
    model = MODELS["CSVAE"]()
    settle(model)
    x, y = data_for(model, 5)
    images = restyle(model, x[:3], y[:3], x[3:], y[3:])
    np.testing.assert_allclose(images[2, 1], model.restyle(x[2:3], y[2:3], x[4:], y[4:])[0], atol=1e-6)


def test_predict_labels_of_attributes_follows_the_asked_order():
    x = np.array([[0.9, 0.1], [0.2, 0.8]])
    y = predict_labels(Predictions(BinaryLabels(2)), ("hat", "glasses"), x, ("glasses", "hat"), exclusive=False)
    assert y.tolist() == [[0, 1], [1, 0]]


def test_predict_labels_of_classes_are_numbers():
    x = np.array([[0.9, 0.1], [0.2, 0.8]])
    y = predict_labels(Predictions(ClassLabels(2)), ("cat", "dog"), x, ("dog", "cat"), exclusive=True)
    assert y.tolist() == [1, 0]


def test_predict_labels_unknown_to_the_classifier_is_refused():
    with pytest.raises(UserError, match="without beard"):
        predict_labels(Predictions(BinaryLabels(1)), ("hat",), np.zeros((1, 1)), ("hat", "beard"), exclusive=False)
