"""Models of labelled data: the effects of labels on samples, latent codes and reconstructions."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.models import CSVAE, CondVAE
from tests.contracts.models import SHAPE, data_for
from tests.models.labelled_models import BOTH_CLASSES, COND, CS, EVERY_INSTANCE, model_of, numpy, others, tensors

# ------------------------------------------------------------------ samples


@EVERY_INSTANCE
def test_labelled_sample_with_a_seed_repeats(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    x = model.sample(5, y, seed=1)
    assert x.shape == (5, *SHAPE)
    np.testing.assert_array_equal(model.sample(5, y, seed=1), x)
    assert not np.array_equal(model.sample(5, y, seed=2), x)


@EVERY_INSTANCE
def test_labelled_sample_with_other_labels_differs(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    difference = np.abs(model.sample(5, y, seed=1) - model.sample(5, others(model, y), seed=1))
    assert (difference.max(axis=(1, 2, 3)) > 1e-5).all()


@pytest.mark.parametrize(
    ("name", "one"),
    [(COND, [0, 1]), ("CondVAE, classes", 2), (CS, [0, 1]), ("CSVAE, base rate", 1), ("CSVAE, classes", 2)],
    ids=str,
)
def test_labelled_sample_with_one_label_repeats_it(name, one):
    model = model_of(name)
    np.testing.assert_array_equal(model.sample(4, one, seed=1), model.sample(4, np.array([one] * 4), seed=1))


@EVERY_INSTANCE
def test_labelled_sample_at_temperature_zero_is_the_prior_mean(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    mean = np.zeros((5, *model.latent_shape), "float32") + numpy(model.prior(ops.convert_to_tensor(y)).mean)
    if isinstance(model, CSVAE):
        mean[:, model.parts["w"]] = _mean_w(model, y)
    np.testing.assert_allclose(model.sample(5, y, temperature=0.0), model.decode(mean, y), atol=1e-6)


@BOTH_CLASSES
def test_sample_prior_temperature_scales_the_distance_from_the_mean(name):
    model = model_of(name)
    _, y = data_for(model, 5)

    def sampled(temperature):
        generator = keras.random.SeedGenerator(0)
        return numpy(model.sample_prior(generator, 5, keras.ops.convert_to_tensor(y), temperature=temperature))

    cold, warm, hot = map(sampled, (0.0, 1.0, 2.0))
    assert np.abs(warm - cold).max() > 0.1
    np.testing.assert_allclose(hot - cold, 2 * (warm - cold), rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------ codes, and x with other labels


def _mean_w(model, y):
    """Return the mean of p(w|y), computed by hand: the first half of the network's output."""
    h = numpy(model.label_prior(model.labels.encode(ops.convert_to_tensor(y))))
    return h[:, : h.shape[1] // 2]


@EVERY_INSTANCE
def test_labelled_parts_are_the_means_of_their_networks(name):
    model = model_of(name)
    data = data_for(model, 5)
    parts = {part: model.encode(*data)[..., where] for part, where in model.parts.items()}
    if isinstance(model, CondVAE):
        assert {part: z.shape for part, z in parts.items()} == {"z": (5, *model.latent_shape)}
        return
    x, y = tensors(data)
    z, w = numpy(model.encoder(x)), numpy(model.label_encoder([x, model.labels.encode(y)]))
    assert set(parts) == {"z", "w"}
    np.testing.assert_allclose(parts["z"], z[:, : z.shape[1] // 2], atol=1e-6)
    np.testing.assert_allclose(parts["w"], w[:, : w.shape[1] // 2], atol=1e-6)


@EVERY_INSTANCE
def test_labelled_reconstruct_equals_decode_of_encode(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    np.testing.assert_allclose(model.reconstruct(x, y), model.decode(model.encode(x, y), y), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(x, y, batch_size=2), model.reconstruct(x, y), atol=1e-6)


def test_csvae_z_does_not_depend_on_labels():
    model = model_of(CS)
    x, y = data_for(model, 5)
    here, there = model.encode(x, y), model.encode(x, 1 - y)
    np.testing.assert_array_equal(here[:, model.parts["z"]], there[:, model.parts["z"]])
    assert (np.abs(here - there)[:, model.parts["w"]].max(axis=1) > 1e-4).all()


def test_csvae_decode_needs_no_labels():
    model = model_of(CS)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    np.testing.assert_allclose(model.decode(z), model.reconstruct(x, y), atol=1e-6)
    np.testing.assert_allclose(model_of(CS).decode(z, 1 - y), model.decode(z), atol=1e-6)


def test_cond_vae_relabel_returns_the_same_code():
    model = model_of(COND)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    np.testing.assert_array_equal(numpy(model.relabel(*tensors((z, 1 - y)))), z)


def test_csvae_relabel_takes_w_from_the_prior_mean():
    model = model_of(CS)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    new = numpy(model.relabel(*tensors((z, 1 - y))))
    np.testing.assert_array_equal(new[:, model.parts["z"]], z[:, model.parts["z"]])
    np.testing.assert_allclose(new[:, model.parts["w"]], _mean_w(model, 1 - y), atol=1e-6)


def test_cond_vae_transfer_decodes_the_same_code_with_other_labels():
    model = model_of(COND)
    x, y = data_for(model, 5)
    np.testing.assert_allclose(model.transfer(x, y, y), model.reconstruct(x, y), atol=1e-6)
    np.testing.assert_allclose(model.transfer(x, y, 1 - y), model.decode(model.encode(x, y), 1 - y), atol=1e-6)


def test_csvae_transfer_keeps_z_and_takes_w_from_the_prior():
    model = model_of(CS)
    x, y = data_for(model, 5)
    for new_y in (y, 1 - y):
        code = np.concatenate([model.encode(x, y)[:, :2], _mean_w(model, new_y)], axis=1)
        np.testing.assert_allclose(model.transfer(x, y, new_y), model.decode(code), atol=1e-6)


@BOTH_CLASSES
def test_labelled_transfer_with_one_label_in_batches_agrees(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    whole = model.transfer(x, y, np.array([[0, 1]] * 5))
    np.testing.assert_allclose(model.transfer(x, y, [0, 1], batch_size=2), whole, atol=1e-6)
