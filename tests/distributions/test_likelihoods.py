"""Likelihoods: distributions of decoder outputs, checks of data, and configurations."""

import json

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special

from kvae.distributions import (
    Bernoulli,
    CategoricalLevels,
    DiscretizedLogistic,
    DiscretizedLogisticMixture,
    Laplace,
    Normal,
    likelihoods,
)
from kvae.distributions.likelihoods import (
    BernoulliLikelihood,
    CategoricalLikelihood,
    ContinuousBernoulliLikelihood,
    LaplaceLikelihood,
    LogisticLikelihood,
    LogisticMixtureLikelihood,
    NormalLikelihood,
    OptimalNormalLikelihood,
)
from kvae.errors import UserError

GREY = (np.arange(256) / 255).astype("float32")
EVERY = [
    BernoulliLikelihood(),
    ContinuousBernoulliLikelihood(),
    NormalLikelihood(),
    NormalLikelihood(scale=0.1),
    NormalLikelihood(scale=None),
    LaplaceLikelihood(),
    LaplaceLikelihood(scale=None),
    LogisticLikelihood(),
    LogisticLikelihood(levels=32),
    LogisticMixtureLikelihood(components=2),
    CategoricalLikelihood(levels=4),
]


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def noise(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


# ------------------------------------------------------------------ from the decoder to the distribution


@pytest.mark.parametrize("likelihood", EVERY, ids=repr)
@pytest.mark.parametrize("shape", [(2, 5), (2, 4, 4, 3)])
def test_likelihood_of_a_decoder_output_has_the_shape_of_the_data(likelihood, shape):
    px = likelihood(ops.convert_to_tensor(noise(shape[0], *likelihood.outputs(shape[1:]))))
    assert px.event == len(shape) - 1
    assert numpy(px.mean).shape == shape
    assert numpy(px.log_prob(np.zeros(shape, "float32"))).shape == shape[:1]


@pytest.mark.parametrize("likelihood", EVERY, ids=repr)
def test_likelihood_check_accepts_its_own_draws_and_the_nearest_data(likelihood):
    h = ops.convert_to_tensor(noise(2, *likelihood.outputs((5,))))
    x = likelihood.nearest(noise(50))
    for accepted in (numpy(likelihood(h).sample(0, (3,))), x):
        likelihood.check(accepted)
    np.testing.assert_allclose(likelihood.nearest(x), x)


@pytest.mark.parametrize("likelihood", [one for one in EVERY if one.support != "real"], ids=repr)
def test_likelihood_mean_stays_in_the_range_of_the_data(likelihood):
    mean = numpy(likelihood(ops.convert_to_tensor(50 * noise(200, *likelihood.outputs((3,))))).mean)
    assert mean.min() >= 0
    assert mean.max() <= 1


def test_bernoulli_likelihood_reads_logits():
    px = BernoulliLikelihood()(ops.convert_to_tensor(noise(2, 3)))
    assert isinstance(px, Bernoulli)
    np.testing.assert_allclose(numpy(px.mean), special.expit(noise(2, 3)), rtol=1e-5)


@pytest.mark.parametrize(("likelihood", "cls"), [(NormalLikelihood, Normal), (LaplaceLikelihood, Laplace)])
def test_location_scale_likelihood_with_a_fixed_scale_reads_means_only(likelihood, cls):
    px = likelihood(scale=0.5)(ops.convert_to_tensor(noise(2, 3)))
    assert isinstance(px, cls)
    assert float(px.log_scale) == pytest.approx(np.log(0.5))
    np.testing.assert_array_equal(numpy(px.mean), noise(2, 3))


@pytest.mark.parametrize(
    ("likelihood", "cls"),
    [
        (NormalLikelihood(scale=None), Normal),
        (LaplaceLikelihood(scale=None), Laplace),
        (LogisticLikelihood(), DiscretizedLogistic),
    ],
)
def test_location_scale_likelihood_with_a_learnt_scale_clips_it(likelihood, cls):
    px = likelihood(ops.convert_to_tensor(np.array([[0.1, 0.2, 0.3, -50.0, 1.5, 50.0]], "float32")))
    assert isinstance(px, cls)
    np.testing.assert_allclose(numpy(px.loc), [[0.1, 0.2, 0.3]])
    np.testing.assert_allclose(numpy(px.log_scale), [[-7.0, 1.5, 7.0]])


def test_categorical_likelihood_groups_levels_by_channel():
    likelihood = CategoricalLikelihood(levels=4)
    h = np.zeros((1, 2, 2, 3 * 4), "float32")
    h[0, 1, 0, 4 + 3] = 100.0  # second row, first column, second channel, highest level
    px = likelihood(ops.convert_to_tensor(h))
    assert isinstance(px, CategoricalLevels)
    expected = np.full((1, 2, 2, 3), 0.5)
    expected[0, 1, 0, 1] = 1.0
    np.testing.assert_allclose(numpy(px.mean), expected, rtol=1e-6)


@pytest.mark.parametrize("likelihood", [LogisticLikelihood(), CategoricalLikelihood()])
def test_likelihood_of_too_few_outputs_is_refused(likelihood):
    with pytest.raises(UserError, match=rf"decoder with {likelihood.parameters} outputs.*channels=3"):
        likelihood(ops.convert_to_tensor(noise(2, 3)))


def test_logistic_mixture_likelihood_has_ten_outputs_per_component_of_an_rgb_image():
    likelihood = LogisticMixtureLikelihood(components=4)
    assert likelihood.outputs((8, 6, 3)) == (8, 6, 40)
    assert likelihood.outputs((8, 6, 1)) == (8, 6, 12)


def test_logistic_mixture_likelihood_reads_logits_then_the_parameters_of_each_component():
    likelihood = LogisticMixtureLikelihood(components=2)
    h = np.concatenate([[0.5, -0.5], np.arange(9) / 10, [9.0] * 3, [-50.0, 0.0, 50.0], [-9.0] * 3]).astype("float32")
    px = likelihood(ops.convert_to_tensor(h.reshape(1, 1, 1, 20)))
    assert isinstance(px, DiscretizedLogisticMixture)
    np.testing.assert_allclose(numpy(px.logits)[0, 0, 0], [0.5, -0.5])
    np.testing.assert_allclose(numpy(px.loc)[0, 0, 0], [[0.5, 0.6, 0.7], [9.5] * 3], rtol=1e-6)
    np.testing.assert_allclose(numpy(px.log_scale)[0, 0, 0], [[0.3, 0.4, 0.5], [-7, 0, 7]], rtol=1e-6)
    np.testing.assert_allclose(numpy(px.coupling)[0, 0, 0], np.tanh([[0.6, 0.7, 0.8], [-9] * 3]), rtol=1e-6)


@pytest.mark.parametrize("channels", [5, 16, 19, 21])
def test_logistic_mixture_likelihood_of_another_number_of_outputs_is_refused(channels):
    with pytest.raises(UserError, match=rf"6 outputs for a grey image, or 20 for RGB\. Received: channels={channels}"):
        LogisticMixtureLikelihood(components=2)(ops.convert_to_tensor(noise(2, channels)))


@pytest.mark.parametrize("components", [0, 1.5, None])
def test_logistic_mixture_likelihood_without_components_is_refused(components):
    with pytest.raises(UserError, match="integer of at least 1"):
        LogisticMixtureLikelihood(components=components)


# ------------------------------------------------------------------ checks of data

NAMES = sorted(likelihoods.LIKELIHOODS)
UNIT = ["bernoulli", "categorical", "continuous_bernoulli", "logistic", "logistic_mixture"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_likelihood_check_accepts_grey_levels(name, dtype):
    likelihoods.get(name).check((np.arange(256) / 255).astype(dtype))


@pytest.mark.parametrize("name", NAMES)
def test_likelihood_check_accepts_binary_data(name):
    likelihoods.get(name).check(np.array([[True, False]]))
    likelihoods.get(name).check(np.array([[0, 1]], "uint8"))


@pytest.mark.parametrize("name", ["bernoulli", "continuous_bernoulli", "normal", "optimal_normal", "laplace"])
def test_likelihood_check_without_levels_accepts_values_between_them(name):
    likelihoods.get(name).check(np.array([0.123]))


@pytest.mark.parametrize("name", ["normal", "optimal_normal", "laplace"])
def test_likelihood_check_of_real_data_accepts_any_finite_number(name):
    likelihoods.get(name).check(np.array([-3e5, 0.0, 255.0]))


@pytest.mark.parametrize("name", UNIT)
@pytest.mark.parametrize(
    ("x", "repair"),
    [
        (np.arange(256, dtype="uint8"), r"from 0 to 255\. Divide pixels by 255"),
        (np.array([-1.0, 1.0]), r"from -1 to 1\. Use \(pixels \+ 1\) / 2"),
        (np.array([-2.1, 2.4]), r"from -2.1 to 2.4\. Rescale pixels"),
        (np.array([0.0, 1.001]), r"from 0 to 1.001\. Use np.clip\(pixels, 0, 1\)"),
        (np.array([-1e-3, 1.0]), r"from -0.001 to 1\. Use np.clip\(pixels, 0, 1\)"),
        (np.array([0, np.nextafter(np.float32(1), 2)], "float32"), r"from 0 to 1.0000001\. Use np.clip"),
        (np.array([0.0, 16.0]), r"from 0 to 16\. Divide pixels by 16"),
    ],
)
def test_likelihood_check_outside_the_unit_interval_names_the_repair(name, x, repair):
    with pytest.raises(UserError, match=rf"Expected pixels in \[0, 1\] for likelihood='{name}'.*{repair}.*'normal'"):
        likelihoods.get(name).check(x, name="pixels")


@pytest.mark.parametrize("name", ["logistic", "logistic_mixture", "categorical"])
def test_likelihood_check_between_the_levels_names_the_repair(name):
    x = np.tile(GREY, 3)
    x[-1] = 100.4 / 255
    with pytest.raises(UserError, match=r"256 levels k/255.*such as 0\.3937.*np\.round\(255 \* x\) / 255"):
        likelihoods.get(name).check(x)


def test_likelihood_check_of_a_large_array_finds_one_invalid_value():
    x = np.zeros(2**22 + 2**21, "float32")  # more than one part
    x[-1] = 0.5
    with pytest.raises(UserError, match=r"such as 0\.5"):
        LogisticLikelihood().check(x)


def test_likelihood_check_uses_the_number_of_levels():
    CategoricalLikelihood(levels=3).check(np.array([0.0, 0.5, 1.0]))
    with pytest.raises(UserError, match="3 levels k/2"):
        CategoricalLikelihood(levels=3).check(np.array([0.0, 0.25, 1.0]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.array([0.0, np.nan]), "NaN or infinity"),
        (np.array([0.0, np.inf]), "NaN or infinity"),
        (np.array([0.0, -np.inf]), "NaN or infinity"),
        (np.zeros((0, 3)), "empty"),
        (np.array(["a"]), "hold numbers"),
    ],
)
def test_likelihood_check_refuses_empty_and_non_numeric_data(name, x, message):
    with pytest.raises(UserError, match=message):
        likelihoods.get(name).check(x)


@pytest.mark.parametrize("scale", [0, -1.0, float("nan"), float("inf"), "1"])
@pytest.mark.parametrize("cls", [NormalLikelihood, LaplaceLikelihood])
def test_likelihood_with_an_invalid_scale_is_refused(cls, scale):
    with pytest.raises(UserError, match="Expected scale to be a positive number"):
        cls(scale=scale)


@pytest.mark.parametrize("levels", [1, 0, 2.5, None])
@pytest.mark.parametrize("cls", [LogisticLikelihood, LogisticMixtureLikelihood, CategoricalLikelihood])
def test_likelihood_with_too_few_levels_is_refused(cls, levels):
    with pytest.raises(UserError, match="Expected levels to be an integer of at least 2"):
        cls(levels=levels)


# ------------------------------------------------------------------ names and files


@pytest.mark.parametrize("name", NAMES)
def test_get_likelihood_by_name_returns_it(name):
    found = likelihoods.get(name)
    assert found.name == name
    assert likelihoods.get(found) is found


@pytest.mark.parametrize("likelihood", EVERY, ids=repr)
def test_likelihood_round_trips_through_keras_and_json(likelihood):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(likelihood)))
    assert config["registered_name"] == f"kvae>{type(likelihood).__name__}"
    assert keras.saving.deserialize_keras_object(config) == likelihood
    assert likelihoods.get(config) == likelihood


@pytest.mark.parametrize("momentum", [-0.1, 1.0, 2])
def test_optimal_normal_likelihood_with_an_invalid_momentum_is_refused(momentum):
    with pytest.raises(UserError, match="momentum of at least 0 and below 1"):
        OptimalNormalLikelihood(momentum)


def test_optimal_normal_likelihood_round_trips_through_keras_and_json():
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(OptimalNormalLikelihood(momentum=0.5))))
    found = likelihoods.get(config)
    assert isinstance(found, OptimalNormalLikelihood)
    assert found.momentum == 0.5


def test_get_likelihood_with_a_misspelt_name_suggests_the_nearest():
    with pytest.raises(
        UserError,
        match=r"'bernoulli', .*'normal'.*likelihood='bernouli'.*Did you mean bernoulli or continuous_bernoulli\?",
    ):
        likelihoods.get("bernouli")


@pytest.mark.parametrize("wrong", [None, 3, "xyz", Normal(0.0, 0.0)])
def test_get_likelihood_with_another_object_is_refused(wrong):
    with pytest.raises(UserError, match=r"Expected a likelihood.*Choose one of them"):
        likelihoods.get(wrong)
