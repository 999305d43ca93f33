"""Label specifications: distributions compared with SciPy, inputs of networks, configurations and examples."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kvae.distributions import BinaryLabels, ClassLabels, labels
from kvae.errors import UserError

LOGITS = np.array([[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [-8.0, 9.0, 3.0], [30.0, -30.0, 0.1]], "float32")
"""Logits (4, 3), from uninformative to certain."""


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def tensor(array):
    return ops.convert_to_tensor(np.asarray(array, "float32"))


def coins(logits):
    """Return the probabilities (…, A, 2) of 0 and of 1, exact at both ends."""
    logits = np.asarray(logits, "float64")
    return np.stack([special.expit(-logits), special.expit(logits)], axis=-1)


# ------------------------------------------------------------------ densities


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1], [1, 0, 1], [0, 1, 0]], ids=str)
def test_binary_labels_log_prob_is_that_of_independent_bernoullis(y):
    expected = stats.bernoulli.logpmf(y, special.expit(LOGITS[:3].astype("float64"))).sum(axis=-1)
    got = BinaryLabels(3).log_prob(tensor([y] * 3), tensor(LOGITS[:3]))
    np.testing.assert_allclose(numpy(got), expected, rtol=1e-5)


def test_binary_labels_log_prob_of_near_certain_logits_is_finite():
    got = numpy(BinaryLabels(1).log_prob(tensor([[0.0], [1.0]]), tensor([[200.0], [-200.0]])))
    np.testing.assert_allclose(got, [-200, -200], rtol=1e-6)


@pytest.mark.parametrize("y", [0, 1, 2])
def test_class_labels_log_prob_is_that_of_one_multinomial_draw(y):
    probabilities = special.softmax(LOGITS.astype("float64"), axis=-1)
    expected = stats.multinomial.logpmf(np.eye(3)[y], 1, probabilities)
    got = ClassLabels(3).log_prob(ops.convert_to_tensor(np.full(4, y, "int32")), tensor(LOGITS))
    np.testing.assert_allclose(numpy(got), expected, rtol=1e-5, atol=1e-6)


def test_binary_labels_negative_entropy_agrees_with_scipy():
    expected = -stats.entropy(coins(LOGITS), axis=-1).sum(axis=-1)
    np.testing.assert_allclose(numpy(BinaryLabels(3).negative_entropy(tensor(LOGITS))), expected, rtol=1e-5, atol=1e-6)


def test_class_labels_negative_entropy_agrees_with_scipy():
    expected = -stats.entropy(special.softmax(LOGITS.astype("float64"), axis=-1), axis=-1)
    np.testing.assert_allclose(numpy(ClassLabels(3).negative_entropy(tensor(LOGITS))), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("kind", "least"), [(BinaryLabels(3), -3 * np.log(2)), (ClassLabels(3), -np.log(3))], ids=repr)
def test_negative_entropy_is_least_at_uniform_logits(kind, least):
    values = numpy(kind.negative_entropy(tensor(LOGITS)))
    assert values[0] == pytest.approx(least, rel=1e-6)
    assert (values[1:] > values[0]).all()
    assert (values <= 1e-6).all()


# ------------------------------------------------------------------ divergence from fixed rates


@pytest.mark.parametrize("rates", [[0.5, 0.5, 0.5], [0.1, 0.7, 0.25], [0.999, 0.001, 0.5]], ids=str)
def test_binary_labels_divergence_agrees_with_the_sum(rates):
    p = np.stack([1 - np.array(rates), rates], axis=-1)
    expected = special.rel_entr(p, coins(LOGITS)).sum(axis=(-1, -2))
    got = numpy(BinaryLabels(3).divergence(rates, tensor(LOGITS)))
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rates", [[1 / 3, 1 / 3, 1 / 3], [0.1, 0.7, 0.2], [0.001, 0.001, 0.998]], ids=str)
def test_class_labels_divergence_agrees_with_the_sum(rates):
    expected = special.rel_entr(rates, special.softmax(LOGITS.astype("float64"), axis=-1)).sum(axis=-1)
    got = numpy(ClassLabels(3).divergence(rates, tensor(LOGITS)))
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_label_divergence_of_equal_probabilities_is_zero():
    rates = np.array([0.2, 0.5, 0.3])
    coin, die = (
        special.logit(rates)[None],
        np.log(rates)[None] + 4.0,
    )  # a softmax does not depend on a constant added to all logits
    np.testing.assert_allclose(numpy(BinaryLabels(3).divergence(rates, tensor(coin))), 0, atol=1e-6)
    np.testing.assert_allclose(numpy(ClassLabels(3).divergence(rates, tensor(die))), 0, atol=1e-6)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_binary_labels_divergence_of_a_constant_label_is_finite(rate):
    """The KL is −log q of the constant label: softplus of the logit of the other label."""
    logits = np.array([[-3.0], [0.0], [3.0]])
    expected = np.logaddexp(0, np.where(rate, -logits, logits))[:, 0]
    np.testing.assert_allclose(numpy(BinaryLabels(1).divergence([rate], tensor(logits))), expected, atol=1e-4)


def test_class_labels_divergence_of_an_absent_class_is_finite():
    expected = -np.log(special.softmax(LOGITS[:2].astype("float64"), axis=-1)[:, 1])
    np.testing.assert_allclose(numpy(ClassLabels(3).divergence([0, 1, 0], tensor(LOGITS[:2]))), expected, atol=1e-4)


# ------------------------------------------------------------------ inputs of networks


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "bool"])
def test_binary_labels_encode_returns_floats(dtype):
    y = np.array([[0, 1], [1, 1], [0, 0]], dtype)
    got = BinaryLabels(2).encode(ops.convert_to_tensor(y))
    assert keras.backend.standardize_dtype(got.dtype) == keras.config.floatx()
    np.testing.assert_array_equal(numpy(got), [[0, 1], [1, 1], [0, 0]])


@pytest.mark.parametrize("y", [[0, 1, 1], [[0], [1], [1]]], ids=str)
def test_binary_labels_encode_accepts_a_vector_or_a_column(y):
    y = np.array(y, "uint8")
    BinaryLabels(1).check(y)
    np.testing.assert_array_equal(numpy(BinaryLabels(1).encode(ops.convert_to_tensor(y))), [[0], [1], [1]])


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32"])
def test_class_labels_encode_returns_one_hot_vectors(dtype):
    y = np.array([2, 0, 1, 2], dtype)
    got = ClassLabels(3).encode(ops.convert_to_tensor(y))
    assert keras.backend.standardize_dtype(got.dtype) == keras.config.floatx()
    np.testing.assert_array_equal(numpy(got), np.eye(3)[[2, 0, 1, 2]])


@pytest.mark.parametrize(("kind", "units"), [(BinaryLabels(), 1), (BinaryLabels(4), 4), (ClassLabels(7), 7)], ids=repr)
def test_label_units_are_the_encoded_size(kind, units):
    assert kind.units == units


# ------------------------------------------------------------------ configurations


@pytest.mark.parametrize("kind", [BinaryLabels(), BinaryLabels(5), ClassLabels(4)], ids=repr)
def test_label_configuration_round_trip_gives_equal_labels(kind):
    assert type(kind).from_config(kind.get_config()) == kind
    assert labels.get(keras.saving.serialize_keras_object(kind)) == kind
    assert labels.get(kind) is kind


def test_label_specifications_of_other_sizes_are_not_equal():
    assert len({BinaryLabels(1), BinaryLabels(2), ClassLabels(2), ClassLabels(2)}) == 3


@pytest.mark.parametrize("wrong", [2, None, "binary"], ids=repr)
def test_get_labels_with_another_object_is_refused(wrong):
    with pytest.raises(UserError, match=r"Expected labels: BinaryLabels\(count\) or ClassLabels\(classes\)"):
        labels.get(wrong)


# ------------------------------------------------------------------ examples


@pytest.mark.parametrize("spec", [BinaryLabels(1), BinaryLabels(3), ClassLabels(3)], ids=str)
def test_labels_random_repeated_seed_draws_same_valid_labels(spec):
    y, again = (spec.random(np.random.RandomState(0), 50) for _ in range(2))
    np.testing.assert_array_equal(y, again)
    spec.check(y)
    assert len(y) == 50
    assert len(np.unique(y, axis=0)) > 1


def test_labels_cycle_takes_each_class_or_attribute_in_turn():
    assert BinaryLabels(2).cycle(4).tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]
    assert ClassLabels(3).cycle(4).tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize("labels", [BinaryLabels(2), ClassLabels(3)])
def test_labels_agreement_equals_that_of_answers(labels):
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((50, labels.units)).astype("float32")
    y = rng.integers(0, 2, (50, 2)) if not labels.exclusive else rng.integers(0, 3, 50)
    answers = labels.answers(ops.convert_to_numpy(labels.probabilities(ops.convert_to_tensor(logits))))
    correct = answers == (ops.convert_to_numpy(labels.encode(y)) > 0.5)
    expected = correct.all(axis=1) if labels.exclusive else correct.mean(axis=1)
    np.testing.assert_allclose(ops.convert_to_numpy(labels.agreement(ops.convert_to_tensor(y), logits)), expected)


def test_labels_with_label_keeps_the_other_attributes():
    y = np.array([[0, 1], [1, 0]])
    np.testing.assert_array_equal(BinaryLabels(2).with_label(y, 1), [[0, 1], [1, 1]])
    np.testing.assert_array_equal(BinaryLabels(2).with_label(y, 0, 0), [[0, 1], [0, 0]])
    np.testing.assert_array_equal(BinaryLabels(1).with_label(np.array([0, 1]), 0), [[1], [1]])
    np.testing.assert_array_equal(ClassLabels(3).with_label(np.array([0, 1]), 2), [2, 2])
    np.testing.assert_array_equal(y, [[0, 1], [1, 0]])


@pytest.mark.parametrize("y", [{"Smiling": 1}, "horse"])
def test_spread_of_labels_by_name_names_the_function_that_takes_them(y):
    with pytest.raises(UserError, match=r"Expected y to hold numbers.*open_trained\(…\)\.sample\(2, "):
        BinaryLabels(2).spread(y, 2)
