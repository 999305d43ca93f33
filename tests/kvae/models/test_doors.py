"""What is asked at every door of a model of labelled data, and at that of its evaluation."""

import numpy as np
import pytest

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.errors import UserError
from kvae.evaluation import evaluate
from kvae.models import CSVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for


def test_decode_with_and_without_labels():
    model = MODELS["CSVAE"]()
    z, y = np.zeros((4, 3)), np.zeros((4, 2))
    np.testing.assert_allclose(model.decode(z, y), model.decode(z), atol=1e-6)
    np.testing.assert_allclose(model.decode(z), model.decode(z, y), atol=1e-6)


@pytest.mark.parametrize("metric", ["elbo", "nll", "divergence", "leakage", "reconstruction", "collapse"])
@pytest.mark.parametrize("case", ["-1/+1", "none", "superfluous"])
def test_evaluation_has_a_door(metric, case):
    x, y = data_for(MODELS["CondVAE"](), 30)
    model, batches, message = {
        "-1/+1": ("CondVAE", Batches(x, 2.0 * y - 1), "labels 0 and 1"),
        "none": ("CondVAE", Batches(x, labels=y), "Expected labels"),
        "superfluous": ("VAE", Batches(x, y), "x alone"),
    }[case]
    with pytest.raises(UserError, match=message):
        evaluate(MODELS[model](), batches, [metric], nll={"samples": 2})


@pytest.mark.parametrize("metric", ["elbo", "nll"])
def test_evaluation_refuses_x_out_of_range(metric):
    with pytest.raises(UserError, match=r"in \[0, 1\]"):
        evaluate(MODELS["VAE"](), Batches(batch() * 255), [metric], nll={"samples": 2})


@pytest.mark.parametrize(("kind", "y"), [(BinaryLabels(1), [1]), (BinaryLabels(2), [[0, 1]]), (ClassLabels(3), [2])])
def test_one_label_in_a_list_is_one_for_all(kind, y):
    np.testing.assert_array_equal(kind.spread(y, 3), np.repeat(np.array(y), 3, axis=0))


def test_classes_of_halves_are_named():
    with pytest.raises(UserError, match=r"0\.5"):
        ClassLabels(3).check(np.array([0, 0.5, 1]))


@pytest.mark.parametrize("kind", [BinaryLabels(1), ClassLabels(3)])
@pytest.mark.parametrize("y", [["a", "b"], [None, None]], ids=str)
def test_what_is_no_number_is_a_users_error(kind, y):
    with pytest.raises(UserError):
        kind.check(np.array(y))


def test_superfluous_labels_of_decode():
    with pytest.raises(UserError, match="x alone"):
        MODELS["VAE"]().decode(np.zeros((4, 3)), np.zeros(4))


def _csvae(**options):
    nets = {
        "encoder": mlp(SHAPE, 4),
        "label_encoder": mlp(SHAPE, 2, labels=1),
        "label_prior": mlp(1, 2),
        "decoder": mlp(3, SHAPE),
        "adversary": mlp(2, 1),
        "labels": BinaryLabels(1),
    }
    return CSVAE(**nets | options)


@pytest.mark.parametrize("rate", [[0.2, 0.3], [2.0], [-1.0], 0.2], ids=str)
def test_a_base_rate_that_does_not_fit(rate):
    with pytest.raises(UserError, match="base_rate"):
        _csvae(base_rate=rate)


@pytest.mark.parametrize(
    "nets",
    [
        {"encoder": mlp(SHAPE, 5)},
        {"encoder": mlp(SHAPE, 8)},
        {"label_prior": mlp(2, 2)},
        {"label_encoder": mlp(SHAPE, 2)},
        {"label_encoder": mlp(SHAPE, 2, labels=2)},
        {"adversary": mlp(3, 1)},
    ],
    ids=[
        "odd encoder",
        "encoder larger than the code",
        "label_prior's input",
        "label_encoder without labels",
        "label_encoder's labels",
        "adversary's input",
    ],
)
def test_nets_that_do_not_fit(nets):
    with pytest.raises(UserError, match=next(iter(nets))):
        _csvae(**nets)
