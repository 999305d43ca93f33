"""Models of labelled data: their losses, compared with known evidences."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special
from scipy.stats import multivariate_normal, norm

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.distributions.likelihoods import NormalLikelihood
from kvae.evaluation import METRICS
from kvae.evaluation.likelihood import likelihood
from kvae.models import CSVAE, CondVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import LATENT, data_for
from tests.models.labelled_models import COND, CS, model_of, numpy, scalars, tensors

# ------------------------------------------------------------------ losses


def _kl(mean, log_scale, prior_mean=0.0, prior_log_scale=0.0):
    """Return the KL of normals from its definition, summed over units: (B,)."""
    ratio = np.exp(2 * (log_scale - prior_log_scale))
    distance = np.square((mean - prior_mean) / np.exp(prior_log_scale))
    return 0.5 * (ratio + distance - 1 - np.log(ratio)).sum(axis=1)


def test_cond_vae_loss_is_the_weighted_bound():
    model = model_of(COND)
    model.beta.assign(3.0)
    x, y = tensors(data_for(model))
    terms = scalars(model.loss_terms((x, y), False))
    h = numpy(model.encoder([x, model.labels.encode(y)]))
    assert terms["rate"] == pytest.approx(_kl(h[:, :LATENT], h[:, LATENT:]).mean(), rel=1e-4)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate"], rel=1e-6)
    assert terms["loss"] == pytest.approx(terms["distortion"] + 3 * terms["rate"], rel=1e-6)


@pytest.mark.parametrize("name", ["CSVAE", "CSVAE, no adversary"])
def test_csvae_rates_are_those_of_its_parts(name):
    model = model_of(name)
    x, y = tensors(data_for(model))
    terms = scalars(model.phases()[0].loss((x, y), False))
    labels = model.labels.encode(y)
    z, w, p = (numpy(h) for h in (model.encoder(x), model.label_encoder([x, labels]), model.label_prior(labels)))
    assert terms["rate_z"] == pytest.approx(_kl(z[:, :2], z[:, 2:]).mean(), rel=1e-4)
    assert terms["rate_w"] == pytest.approx(_kl(w[:, :1], w[:, 1:], p[:, :1], p[:, 1:]).mean(), rel=1e-4)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate_z"] - terms["rate_w"], rel=1e-6)


WEIGHTS = {"distortion": 2.0, "w": 3.0, "z": 5.0, "information": 7.0, "adversary": 11.0}


def _set_weights(model):
    """Give each term of the loss its weight in `WEIGHTS`."""
    for name, value in WEIGHTS.items():
        getattr(model, f"beta_{name}").assign(value)


def _adversarial_terms(model):
    """Return the loss terms of one step, the adversary's logits for the same z, and y."""
    state = numpy(model.seed_generator.state)
    x, y = tensors(data_for(model))
    terms = scalars(model.adversarial_loss_terms((x, y), False))
    model.seed_generator.state.assign(state)
    z = model.posterior_z(x).sample(model.seed_generator)
    return terms, numpy(model.adversary(z)).astype("float64"), numpy(y)


def test_csvae_loss_weights_each_term():
    model = model_of(CS)
    _set_weights(model)
    terms, logits, y = _adversarial_terms(model)
    parts = {"distortion": terms["distortion"], "w": terms["rate_w"], "z": terms["rate_z"]}
    parts["information"] = terms["information"]
    assert terms["loss"] == pytest.approx(sum(WEIGHTS[name] * value for name, value in parts.items()), rel=1e-5)
    log_q = np.where(y, special.log_expit(logits), special.log_expit(-logits)).sum(axis=1)
    assert terms["adversary"] == pytest.approx(-11 * log_q.mean(), rel=1e-5)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate_z"] - terms["rate_w"], rel=1e-6)


def test_csvae_without_adversary_weights_the_other_terms():
    model = model_of("CSVAE, no adversary")
    _set_weights(model)
    terms = scalars(model.loss_terms(tensors(data_for(model)), False))
    assert "information" not in terms
    expected = 2 * terms["distortion"] + 3 * terms["rate_w"] + 5 * terms["rate_z"]
    assert terms["loss"] == pytest.approx(expected, rel=1e-6)


def test_csvae_information_of_attributes_is_the_negative_entropy():
    terms, logits, _ = _adversarial_terms(model_of(CS))
    q = special.expit(logits)
    expected = (special.xlogy(q, q) + special.xlogy(1 - q, 1 - q)).sum(axis=1).mean()
    assert terms["information"] == pytest.approx(expected, rel=1e-5)


def test_csvae_information_of_classes_is_the_negative_entropy():
    terms, logits, y = _adversarial_terms(model_of("CSVAE, classes"))
    q = special.softmax(logits, axis=1)
    assert terms["information"] == pytest.approx(special.xlogy(q, q).sum(axis=1).mean(), rel=1e-5)
    log_q = special.log_softmax(logits, axis=1)[np.arange(len(y)), y]
    assert terms["adversary"] == pytest.approx(-log_q.mean(), rel=1e-5)


def test_csvae_information_with_base_rate_is_the_divergence():
    model = model_of("CSVAE, base rate")
    terms, logits, _ = _adversarial_terms(model)
    q, p = special.expit(logits), model.base_rate[0]
    expected = (special.rel_entr(p, q) + special.rel_entr(1 - p, 1 - q)).mean()
    assert terms["information"] == pytest.approx(expected, rel=1e-5)
    rest = terms["distortion"] + terms["rate_w"] + terms["rate_z"]
    assert terms["loss"] == pytest.approx(rest + 5 * expected, rel=1e-5)


def test_csvae_information_of_base_rate_predictions_is_zero():
    model = model_of("CSVAE, base rate")
    dense = model.adversary.layers[-1]
    dense.kernel.assign(np.zeros(dense.kernel.shape))
    dense.bias.assign([special.logit(0.2)])
    assert _adversarial_terms(model)[0]["information"] == pytest.approx(0, abs=1e-6)


# ------------------------------------------------------------------ evidences that are known

D, SIGMA = 4, 0.7


def _assign(net, kernel, bias):
    net.layers[-1].kernel.assign(kernel)
    net.layers[-1].bias.assign(bias)


def _posterior(net, kernel, label_kernel, bias, log_scale=-0.5):
    """Set a linear network of (x, y) to a posterior near the exact one, of constant width."""
    units = kernel.shape[1]
    weights = np.concatenate([kernel, label_kernel]) * 0.9
    kernel = np.concatenate([weights, np.zeros(weights.shape)], axis=1)
    _assign(net, kernel, np.concatenate([bias, np.full(units, log_scale)]))


@pytest.fixture
def linear_condvae(rng):
    """x = W z + V y + b + σ ε with classes y: N(V y + b, W Wᵀ + σ² I) given y."""
    w, v, b = rng.standard_normal((D, 2)), rng.standard_normal((D, 3)), rng.standard_normal(D)
    model = CondVAE(
        mlp(D, 4, label_units=3), mlp(2 + 3, D), labels=ClassLabels(3), likelihood=NormalLikelihood(scale=SIGMA)
    )
    _assign(model.decoder, np.concatenate([w.T, v.T]), b)
    gain = np.linalg.solve(w.T @ w + SIGMA**2 * np.eye(2), w.T)
    _posterior(model.encoder, gain.T, -(gain @ v).T, -gain @ b)
    y = rng.integers(0, 3, 150).astype("int32")
    mean, covariance = v.T[y] + b, w @ w.T + SIGMA**2 * np.eye(D)
    x = mean + rng.multivariate_normal(np.zeros(D), covariance, 150)
    return model, x.astype("float32"), y, multivariate_normal(np.zeros(D), covariance).logpdf(x - mean)


@pytest.fixture
def linear_csvae(rng):
    """x = W (z, w) + b + σ ε, w ~ N(m_y, s_y²), y 0 or 1: N(W (0, m_y) + b, W diag(1, s_y²) Wᵀ + σ² I) given y."""
    decoder, b = rng.standard_normal((D, 2)), rng.standard_normal(D)
    m, log_s = np.array([-1.0, 1.5]), np.array([0.2, -0.6])
    model = CSVAE(
        encoder=mlp(D, 2),
        label_encoder=mlp(D, 2, label_units=1),
        label_prior=mlp(1, 2),
        decoder=mlp(2, D),
        adversary=mlp(1, 1),
        labels=BinaryLabels(1),
        likelihood=NormalLikelihood(scale=SIGMA),
    )
    _assign(model.decoder, decoder.T, b)
    _assign(model.label_prior, [[m[1] - m[0], log_s[1] - log_s[0]]], [m[0], log_s[0]])
    gain = np.linalg.solve(decoder.T @ decoder + SIGMA**2 * np.eye(2), decoder.T)
    _posterior(model.encoder, gain[:1].T, np.zeros((0, 1)), -gain[:1] @ b, log_scale=0.0)
    _posterior(model.label_encoder, gain[1:].T, np.array([[0.3]]), -gain[1:] @ b, log_scale=0.0)
    y = rng.integers(0, 2, 150).astype("uint8")
    z = rng.standard_normal((150, 2)) * np.stack([np.ones(150), np.exp(log_s[y])], 1) + np.stack([0 * y, m[y]], 1)
    x = z @ decoder.T + b + SIGMA * rng.standard_normal((150, D))
    exact = np.empty(150)
    for label in (0, 1):
        s = np.diag([1.0, np.exp(2 * log_s[label])])
        mean, covariance = decoder @ [0, m[label]] + b, decoder @ s @ decoder.T + SIGMA**2 * np.eye(D)
        exact[y == label] = multivariate_normal(mean, covariance).logpdf(x[y == label])
    return model, x.astype("float32"), y, exact


@pytest.mark.parametrize("fixture", ["linear_condvae", "linear_csvae"])
def test_labelled_likelihood_rises_from_the_elbo_to_the_evidence(fixture, request):
    model, x, y, exact = request.getfixturevalue(fixture)
    batches = Batches(x, y, batch_size=64)
    elbo = METRICS["elbo"](model, batches, draws=200)["elbo"]
    log_p = [-likelihood(model, batches, samples=k, rows=64 * k)["nll"] for k in (1, 20, 3000)]
    assert elbo < exact.mean() - 0.1
    assert log_p[0] == pytest.approx(elbo, abs=0.5)
    assert elbo < log_p[1] < log_p[2] + 0.02
    assert log_p[2] == pytest.approx(exact.mean(), abs=0.02)


@pytest.mark.parametrize("fixture", ["linear_condvae", "linear_csvae"])
def test_labelled_log_weights_mean_is_the_elbo(fixture, request):
    model, x, y, _ = request.getfixturevalue(fixture)
    log_w = numpy(model.log_weights(*tensors((x, y)), seed=keras.random.SeedGenerator(1), samples=3000))
    assert log_w.shape == (3000, 150)
    assert log_w.mean() == pytest.approx(METRICS["elbo"](model, Batches(x, y), draws=3000)["elbo"], abs=0.02)


def test_csvae_prior_joins_those_of_z_and_w(linear_csvae):
    model, _, y, _ = linear_csvae
    code = np.random.default_rng(1).standard_normal((150, 2)).astype("float32")
    m, s = np.array([-1.0, 1.5])[y], np.exp(np.array([0.2, -0.6]))[y]
    expected = norm.logpdf(code[:, 0]) + norm.logpdf(code[:, 1], m, s)
    got = model.prior(ops.convert_to_tensor(y)).log_prob(ops.convert_to_tensor(code))
    np.testing.assert_allclose(numpy(got), expected, rtol=1e-4)
