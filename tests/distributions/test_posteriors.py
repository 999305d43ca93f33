"""Families of posteriors: known densities, gradients that pass the bounds, and refusals."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats

from kvae.distributions import (
    DiagonalNormal,
    FullCovarianceNormal,
    InverseAutoregressivePosterior,
    MixtureOfNormals,
    MultivariateNormal,
    Normal,
    has_closed_form,
    kl,
    posteriors,
    sample_with_kl,
    standard_normal,
)
from kvae.distributions.joint import Joint, join
from kvae.distributions.scales import LOG_SCALES, bounded_log_scale
from kvae.errors import UserError
from kvae.networks import made


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def full_covariance(batch=4, units=3, seed=0):
    outputs = FullCovarianceNormal().outputs((units,))
    h = np.random.default_rng(seed).normal(0, 0.5, (batch, *outputs)).astype("float32")
    return FullCovarianceNormal()(ops.convert_to_tensor(h)), h


def flow(batch=4, units=3, context=4, steps=2, seed=0):
    keras.utils.set_random_seed(seed)
    posterior = InverseAutoregressivePosterior([made(units, context, (8,)) for _ in range(steps)])
    h = np.random.default_rng(seed).normal(0, 0.5, (batch, 2 * units + context)).astype("float32")
    return posterior(ops.convert_to_tensor(h)), posterior


def test_bounded_log_scale_inside_the_range_is_unchanged():
    x = np.linspace(*LOG_SCALES, 29, dtype="float32")
    np.testing.assert_array_equal(numpy(bounded_log_scale(ops.convert_to_tensor(x))), x)


def test_bounded_log_scale_outside_the_range_is_clipped_and_passes_the_gradient(gradients):
    x = np.array([-50.0, -7.5, 7.5, 30.0], "float32")
    np.testing.assert_allclose(numpy(bounded_log_scale(ops.convert_to_tensor(x))), [-7, -7, 7, 7], rtol=1e-6)
    (slope,) = gradients(bounded_log_scale, x)
    np.testing.assert_array_equal(slope, 1)


def test_posterior_that_left_the_range_returns_by_gradient_descent(gradients):
    """The KL from N(0, 1) of a scale of exp(9) falls along the gradient, which a plain clip would make zero."""
    h = np.array([[0.0, 9.0]], "float32")

    def rate(h):
        return kl(DiagonalNormal()(h), standard_normal())

    (slope,) = gradients(rate, h)
    assert slope[0, 1] > 1


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_diagonal_normal_of_any_shape_splits_the_last_axis(shape):
    outputs = DiagonalNormal().outputs(shape)
    h = np.random.default_rng(0).normal(size=(3, *outputs)).astype("float32")
    qz = DiagonalNormal()(ops.convert_to_tensor(h))
    assert qz.sample(0, (2,)).shape == (2, 3, *shape)
    assert tuple(qz.log_prob(qz.mean).shape) == (3,)
    np.testing.assert_array_equal(numpy(qz.mean), h[..., : shape[-1]])


def test_full_covariance_normal_log_prob_agrees_with_scipy():
    qz, h = full_covariance()
    x = np.random.default_rng(1).normal(size=(7, 4, 3)).astype("float32")
    found = numpy(qz.log_prob(ops.convert_to_tensor(x)))
    for i in range(4):
        lower = np.zeros((3, 3))
        lower[np.diag_indices(3)] = np.exp(h[i, 3:6])
        lower[np.tril_indices(3, -1)] = h[i, 6:]
        expected = stats.multivariate_normal(h[i, :3], lower @ lower.T).logpdf(x[:, i])
        np.testing.assert_allclose(found[:, i], expected, rtol=1e-4)


def test_full_covariance_normal_draws_have_its_moments():
    qz, _ = full_covariance()
    x = numpy(qz.sample(0, (100_000,))).astype("float64")
    scale = numpy(qz.scale_tril)
    np.testing.assert_allclose(x.mean(0), numpy(qz.mean), atol=0.02)
    np.testing.assert_allclose(x.std(0), numpy(qz.stddev), rtol=0.02)
    np.testing.assert_allclose(np.cov(x[:, 0].T), scale[0] @ scale[0].T, atol=0.02)


def test_full_covariance_normal_with_diagonal_matrix_equals_diagonal_normal():
    h = np.random.default_rng(0).normal(size=(4, 9)).astype("float32")
    h[:, 6:] = 0
    full, diagonal = FullCovarianceNormal()(ops.convert_to_tensor(h)), DiagonalNormal()(ops.convert_to_tensor(h[:, :6]))
    prior = Normal(0.3, -0.2)
    np.testing.assert_allclose(numpy(full.sample(1)), numpy(diagonal.sample(1)), rtol=1e-5)
    np.testing.assert_allclose(numpy(kl(full, prior)), numpy(kl(diagonal, prior)), rtol=1e-5)


def test_full_covariance_normal_kl_agrees_with_its_draws():
    qz, _ = full_covariance()
    prior = Normal(np.array([0.5, 0.0, -1.0], "float32"), np.array([0.2, -0.1, 0.0], "float32"))
    x, log_q = qz.sample_and_log_prob(3, (50_000,))
    ratios = numpy(log_q - prior.log_prob(x)).astype("float64")
    error = ratios.std(0) / np.sqrt(len(ratios))
    np.testing.assert_allclose((ratios.mean(0) - numpy(kl(qz, prior))) / error, 0, atol=4)


@pytest.mark.parametrize("build", [full_covariance, flow])
def test_sample_and_log_prob_with_leading_axes_has_the_shape_of_the_draws(build):
    qz, _ = build()
    x, log_q = qz.sample_and_log_prob(0, (5, 2))
    assert tuple(x.shape) == (5, 2, 4, 3)
    assert tuple(log_q.shape) == (5, 2, 4)
    np.testing.assert_array_equal(numpy(qz.sample(0, (5, 2))), numpy(x))


def test_full_covariance_normal_sample_and_log_prob_agrees_with_log_prob():
    qz, _ = full_covariance()
    x, log_q = qz.sample_and_log_prob(0, (6,))
    np.testing.assert_allclose(numpy(log_q), numpy(qz.log_prob(x)), rtol=1e-4)


def test_flow_log_prob_agrees_with_the_change_of_variables():
    """The density of a draw is that of z_0 over |det ∂z_T/∂z_0|, by central differences."""
    qz, _ = flow(batch=1)
    z, log_q = qz.sample_and_log_prob(0)
    start = numpy(qz.base.sample(0))  # the same draw

    def ends(z_0):
        class At(type(qz.base)):
            def sample(self, seed, shape=()):
                return ops.convert_to_tensor(z_0)

        moved = type(qz)(At(qz.base.loc, qz.base.log_scale), qz.context, qz.steps)
        return numpy(moved.sample(0))[0]

    np.testing.assert_allclose(ends(start), numpy(z)[0], rtol=1e-5)
    step = 1e-2
    moves = [step * np.eye(3, dtype="float32")[i : i + 1] for i in range(3)]
    jacobian = np.stack([(ends(start + move) - ends(start - move)) / (2 * step) for move in moves], axis=1)
    expected = numpy(qz.base.log_prob(start)) - np.log(abs(np.linalg.det(jacobian)))
    np.testing.assert_allclose(numpy(log_q), expected, atol=2e-3)


def test_flow_density_integrates_to_one():
    """E_q[p(z) / q(z)] = 1 for any density p that q covers."""
    qz, _ = flow(batch=1, units=2)
    z, log_q = qz.sample_and_log_prob(0, (50_000,))
    p = Normal(numpy(qz.mean), np.log(0.5 * numpy(qz.stddev)))
    weights = np.exp(numpy(p.log_prob(z) - log_q).astype("float64"))
    assert weights.mean() == pytest.approx(1, abs=5 * weights.std() / np.sqrt(weights.size))


def test_flow_log_prob_of_a_given_point_is_refused():
    qz, _ = flow()
    with pytest.raises(UserError, match="sample_and_log_prob"):
        qz.log_prob(qz.mean)


def test_sample_with_kl_without_closed_form_estimates_from_the_same_draws():
    qz, _ = flow()
    prior = standard_normal()
    assert not has_closed_form(qz, prior)
    z, rate = sample_with_kl(qz, prior, 0, (7,))
    again, log_q = qz.sample_and_log_prob(0, (7,))
    np.testing.assert_array_equal(numpy(z), numpy(again))
    np.testing.assert_allclose(numpy(rate), numpy(log_q - prior.log_prob(again)).mean(0), rtol=1e-5)


def test_sample_with_kl_with_closed_form_uses_it():
    qz = Normal(np.array([[1.0, 2.0]], "float32"), np.array([[0.1, -0.3]], "float32"))
    z, rate = sample_with_kl(qz, standard_normal(), 0, (3,))
    np.testing.assert_array_equal(numpy(z), numpy(qz.sample(0, (3,))))
    np.testing.assert_array_equal(numpy(rate), numpy(kl(qz, standard_normal())))


def test_join_of_two_normals_is_one_normal():
    a, b = Normal(np.zeros((4, 2)), 0.0), Normal(np.ones((4, 3)), 1.0)
    assert type(join(a, b)) is Normal
    assert numpy(join(a, b).mean).shape == (4, 5)


def test_join_of_other_distributions_is_the_product_of_their_densities():
    (a, _), b = full_covariance(), Normal(np.ones((4, 2), "float32"), np.full((4, 2), 0.5, "float32"))
    both = join(a, b)
    assert isinstance(both, Joint)
    x, log_q = both.sample_and_log_prob(0, (6,))
    assert tuple(x.shape) == (6, 4, 5)
    np.testing.assert_allclose(numpy(log_q), numpy(a.log_prob(x[..., :3]) + b.log_prob(x[..., 3:])), rtol=1e-4)
    prior = join(MultivariateNormal(np.zeros((4, 3), "float32"), np.eye(3, dtype="float32")), Normal(0.0 * b.loc, 0.0))
    assert not has_closed_form(both, prior)
    assert numpy(both.stddev).shape == (4, 5)


@pytest.mark.parametrize("shape", [(2, 2, 3), (2, 3)])
@pytest.mark.parametrize("family", [FullCovarianceNormal(), flow()[1]], ids=lambda family: type(family).__name__)
def test_vector_posteriors_with_spatial_codes_are_refused(family, shape):
    with pytest.raises(UserError, match="latent vectors"):
        family.outputs(shape)


def test_full_covariance_normal_with_wrong_number_of_outputs_is_refused():
    with pytest.raises(UserError, match="8 outputs"):
        FullCovarianceNormal()(np.zeros((2, 8), "float32"))


def test_flow_posterior_with_steps_of_another_size_is_refused():
    with pytest.raises(UserError, match="Received: steps for 3 units"):
        flow()[1].outputs((5,))


def test_flow_posterior_without_steps_is_refused():
    with pytest.raises(UserError, match="one step or more"):
        InverseAutoregressivePosterior([])


@pytest.mark.parametrize(
    ("given", "expected"), [(None, DiagonalNormal), ("full_covariance_normal", FullCovarianceNormal)]
)
def test_get_posterior_by_name_returns_the_family(given, expected):
    assert type(posteriors.get(given)) is expected


@pytest.mark.parametrize("wrong", ["diagonal", 3, MixtureOfNormals])
def test_get_posterior_with_another_object_is_refused(wrong):
    with pytest.raises(UserError, match="Expected a posterior"):
        posteriors.get(wrong)


def test_get_posterior_misspelt_suggests_the_name():
    with pytest.raises(UserError, match="Did you mean diagonal_normal"):
        posteriors.get("diagonal_norml")
