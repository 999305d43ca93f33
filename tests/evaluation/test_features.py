"""Features of images by a network, and the metrics of samples whose distances from training images are known."""

import keras
import numpy as np
import pytest

from kvae.errors import UserError
from kvae.evaluation import METRICS, NotApplicable, evaluate
from kvae.evaluation.feature_sets import frechet_distance
from kvae.evaluation.features import BATCH, FeatureNetwork, compared
from kvae.latent.samplers import fit
from kvae.models import VAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import MODELS, SHAPE, batch, data_for

SAMPLE_METRICS = ("frechet", "kernel", "nearest", "precision_recall", "density_coverage")


def _identity(units=2):
    """Return a feature network whose features are the data."""
    net = mlp(units, units, name="identity")
    net.layers[-1].kernel.assign(np.eye(units))
    return FeatureNetwork(net)


def _vae(scale, centre=0.5):
    """Return a VAE of two units that reconstructs x as `centre`, and whose samples are `centre` + `scale` · N(0, 1)."""
    model = VAE(mlp(2, 4), mlp(2, 2), likelihood="normal")
    for layer in (model.encoder.layers[-1], model.decoder.layers[-1]):
        layer.kernel.assign(np.zeros(layer.kernel.shape))
    model.decoder.layers[-1].kernel.assign(scale * np.eye(2))
    model.decoder.layers[-1].bias.assign([centre, centre])
    return model


def _batches(rng, n, **options):
    return Batches((0.5 + 0.1 * rng.standard_normal((n, 2))).astype("float32"), batch_size=70, **options)


def test_feature_network_averages_maps_and_clips_images(rng):
    image = keras.Input((4, 4, 1))
    network = FeatureNetwork(keras.Model(image, keras.layers.Concatenate()([image, 2 * image]), name="maps"))
    x = rng.uniform(-1, 2, (2 * BATCH + 3, 4, 4, 1)).astype("float32")
    means = x.clip(0, 1).mean(axis=(1, 2, 3))
    features = network(x)
    assert features.dtype == "float64"
    np.testing.assert_allclose(features, np.stack([means, 2 * means], axis=1), rtol=1e-5)


def test_feature_network_agrees_with_numpy_so_that_metrics_agree_between_backends(rng):
    """The test runs on each backend with the same weights and images."""
    net = keras.Sequential([keras.Input((6, 6, 2)), keras.layers.Conv2D(5, 3, activation="relu", name="maps")])
    kernel, bias = rng.normal(0, 0.3, (3, 3, 2, 5)).astype("float32"), rng.normal(0, 0.1, 5).astype("float32")
    net.layers[-1].set_weights([kernel, bias])
    x, y = rng.random((2, 100, 6, 6, 2)).astype("float32")

    def expected(images):
        windows = np.lib.stride_tricks.sliding_window_view(images.astype("float64"), (3, 3), axis=(1, 2))
        return np.maximum(np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias, 0).mean(axis=(1, 2))

    network = FeatureNetwork(net)
    np.testing.assert_allclose(network(x), expected(x), rtol=1e-5)
    found, exact = frechet_distance(network(x), network(y) / 2), frechet_distance(expected(x), expected(y) / 2)
    assert found == pytest.approx(exact, rel=1e-4)


def test_feature_network_with_several_outputs_is_refused():
    image = keras.Input((4, 4, 1))
    with pytest.raises(UserError, match=r"one output.*Received: two"):
        FeatureNetwork(keras.Model(image, [image, image], name="two"))


def test_feature_network_is_identified_by_its_weights():
    network, other = _identity(), _identity()
    assert (network.name, network.sha256) == ("identity", other.sha256)
    assert len(network.sha256) == 64
    other.net.layers[-1].bias.assign([0, 1])
    assert FeatureNetwork(other.net).sha256 != network.sha256


def test_sample_metrics_of_constant_samples_are_known(rng):
    """Constant samples have the distance tr S from data with the same mean, and lie where the data are dense."""
    batches, training = _batches(rng, 150), _batches(rng, 400)
    report = evaluate(_vae(0.0), batches, SAMPLE_METRICS, features=_identity(), training=training)
    values, x = report["metrics"], training.x.astype("float64")
    expected = np.trace(np.cov(x.T)) + np.square(x.mean(axis=0) - 0.5).sum()
    for row in ("prior", "reconstructions"):
        assert values[f"frechet.distance.{row}"] == pytest.approx(expected, rel=1e-5)
        assert values[f"frechet.extrapolated.{row}"] == pytest.approx(expected, rel=1e-5)
        assert values[f"precision_recall.precision.{row}"] == 1
        assert values[f"precision_recall.recall.{row}"] == 0
        assert values[f"density_coverage.coverage.{row}"] < 0.2
    assert values["precision_recall.recall.held_out"] > 0.8
    assert values["density_coverage.coverage.held_out"] > 0.8
    assert values["frechet.distance.held_out"] < 0.05 * expected


def test_samples_that_are_copies_are_nearer_to_training_images_than_held_out_images_are(rng):
    training = _batches(rng, 400)
    training.x[0] = 0.5  # the sample that `_vae(0.0)` draws again and again
    values = evaluate(_vae(0.0), _batches(rng, 50), ["nearest"], features=_identity(), training=training)["metrics"]
    assert values["nearest.median.prior"] == values["nearest.tenth.prior"] == 0
    assert 0 < values["nearest.tenth.held_out"] < values["nearest.median.held_out"]


def test_kernel_distance_of_samples_with_another_mean_is_significant(rng):
    data = {"features": _identity(), "training": _batches(rng, 400)}
    values = evaluate(_vae(0.1, centre=0.7), _batches(rng, 150), ["kernel"], subsets=20, subset_size=100, **data)[
        "metrics"
    ]
    assert values["kernel.distance.prior"] > 10 * values["kernel.error.prior"]
    assert values["kernel.subset_mean.prior"] == pytest.approx(values["kernel.distance.prior"], rel=0.1)
    assert 0 < values["kernel.subset_spread.prior"] < values["kernel.distance.prior"]
    assert abs(values["kernel.distance.held_out"]) < 4 * values["kernel.error.held_out"]
    assert (values["kernel.subsets"], values["kernel.subset_size"]) == (20, 100)


def test_sample_metrics_of_a_perfect_model_are_those_of_held_out_data(rng):
    values = evaluate(
        _vae(0.1), _batches(rng, 300), SAMPLE_METRICS, features=_identity(), training=_batches(rng, 300), seed=2
    )["metrics"]
    assert abs(values["kernel.distance.prior"]) < 4 * values["kernel.error.prior"]
    for name in ("precision_recall.precision", "precision_recall.recall", "density_coverage.coverage"):
        assert values[f"{name}.prior"] == pytest.approx(values[f"{name}.held_out"], abs=0.1)


def test_sample_metrics_compare_the_fitted_sampler_with_the_prior(rng):
    sampler = fit("normal", 1e-3 * rng.standard_normal((50, 2)))  # its samples are nearly constant
    batches, training = _batches(rng, 100), _batches(rng, 300)
    values = evaluate(_vae(0.1), batches, SAMPLE_METRICS, features=_identity(), training=training, sampler=sampler)[
        "metrics"
    ]
    x = training.x.astype("float64")
    expected = np.trace(np.cov(x.T)) + np.square(x.mean(axis=0) - 0.5).sum()
    assert values["frechet.distance.normal"] == pytest.approx(expected, rel=0.01)
    assert values["frechet.distance.prior"] < 0.2 * expected
    assert values["precision_recall.recall.normal"] < 0.05 < values["precision_recall.recall.prior"]
    assert values["kernel.images.normal"] == values["density_coverage.images.normal"] == 100


def test_sample_metrics_of_an_autoencoder_need_a_sampler(rng):
    model, sampler = MODELS["Autoencoder"](), fit("normal", rng.standard_normal((50, 3)))
    network = FeatureNetwork(keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()]))
    batches = Batches(*data_for(model, 10))
    found = compared(model, batches, network, batches, seed=0, sampler=sampler)
    assert list(found.sets) == ["normal", "reconstructions", "held_out"]


def test_sample_metrics_record_the_network_and_the_numbers_of_images(rng):
    batches, training = _batches(rng, 20), _batches(rng, 30)
    training.x = np.repeat(training.x, 2, axis=0)  # as recipes repeat examples with rare labels
    training.begin(0)
    network = _identity()
    values = evaluate(_vae(0.1), batches, SAMPLE_METRICS, features=network, training=training)["metrics"]
    for name in SAMPLE_METRICS:
        assert values[f"{name}.features"] == "identity"
        assert values[f"{name}.features_sha256"] == network.sha256
        assert {values[f"{name}.images.{row}"] for row in ("prior", "reconstructions", "held_out")} == {20}
    assert values["frechet.training_images"] == values["kernel.training_images"] == 30
    assert values["precision_recall.training_images"] == values["density_coverage.training_images"] == 20
    assert values["precision_recall.neighbors"] == 5


def test_sample_metrics_compute_features_once_for_the_same_weights(rng, monkeypatch):
    model, network, drawn = _vae(0.1), _identity(), []
    sample = model.sample
    monkeypatch.setattr(model, "sample", lambda n, **options: drawn.append(n) or sample(n, **options))
    data = {"features": network, "training": _batches(rng, 30)}
    batches = _batches(rng, 20)
    evaluate(model, batches, SAMPLE_METRICS, **data)
    first = METRICS["frechet"](model, batches, **data)
    assert drawn == [20]
    model.decoder.layers[-1].bias.assign([0.2, 0.2])
    assert METRICS["frechet"](model, batches, **data) != first
    METRICS["frechet"](model, batches, seed=1, **data)
    assert drawn == [20, 20, 20]


def test_samples_of_a_labelled_model_have_the_labels_of_the_held_out_images(monkeypatch):
    model = MODELS["CondVAE, classes"]()
    x, y = data_for(model, 12)
    sample, asked = model.sample, []
    monkeypatch.setattr(
        model, "sample", lambda n, *given, **options: asked.append(given) or sample(n, *given, **options)
    )
    net = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten()])
    found = compared(model, Batches(x, y, batch_size=5), FeatureNetwork(net), Batches(x, y), seed=0)
    ((labels,),) = asked
    np.testing.assert_array_equal(labels, y)
    assert list(found.sets) == ["prior", "reconstructions", "held_out"]


@pytest.mark.parametrize("name", SAMPLE_METRICS)
def test_sample_metrics_that_cannot_be_computed_give_the_reason(rng, name):
    model, batches, network = _vae(0.1), _batches(rng, 20), _identity()
    metric = METRICS[name]
    with pytest.raises(NotApplicable, match="needs a feature network: --features"):
        metric(model, batches, training=batches)
    with pytest.raises(NotApplicable, match="needs training examples"):
        metric(model, batches, features=network)
    with pytest.raises(NotApplicable, match="different training images"):
        metric(model, batches, features=network, training=_batches(rng, 2))
    with pytest.raises(NotApplicable, match="no prior"):
        metric(MODELS["Autoencoder"](), Batches(batch()), features=network)
    with pytest.raises(UserError, match=r"feature network of images \(2,\).*takes \(3,\)"):
        metric(model, batches, features=_identity(3), training=batches)


def test_sample_metrics_are_computed_only_if_they_are_named(rng):
    report = evaluate(_vae(0.1), _batches(rng, 20), full=True, samples=2)
    assert not any(name.startswith(SAMPLE_METRICS) for name in report["metrics"] | report["skipped"])
