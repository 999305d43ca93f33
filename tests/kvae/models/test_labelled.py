"""Models of labelled data: what y decides, what the code keeps, and evidences that are known."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special
from scipy.stats import multivariate_normal, norm

from kvae.distributions import BinaryLabels, ClassLabels
from kvae.distributions.likelihoods import NormalLikelihood
from kvae.errors import UserError
from kvae.evaluation import bound, likelihood
from kvae.models import CSVAE, CondVAE
from kvae.networks import mlp
from kvae.training import Batches
from tests.contracts.models import LATENT, MODELS, SHAPE, data_for, settle

COND, CS = "CondVAE", "CSVAE"
BOTH = pytest.mark.parametrize("name", [COND, CS])
EVERY = pytest.mark.parametrize("name", [name for name in MODELS if name.split(",")[0] in (COND, CS)])


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def scalars(terms):
    return {name: float(numpy(value)) for name, value in terms.items()}


def tensors(data):
    return tuple(map(ops.convert_to_tensor, data))


def model_of(name):
    """A model with weights of moderate size."""
    model = MODELS[name]()
    settle(model)
    return model


def others(model, y):
    """Labels each of which differs from that of `y`."""
    return 1 - y if isinstance(model.labels, BinaryLabels) else (y + 1) % model.labels.classes


# ------------------------------------------------------------------ samples


@EVERY
def test_samples_repeat_by_seed(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    x = model.sample(5, y, seed=1)
    assert x.shape == (5, *SHAPE)
    np.testing.assert_array_equal(model.sample(5, y, seed=1), x)
    assert not np.array_equal(model.sample(5, y, seed=2), x)


@EVERY
def test_other_labels_give_other_pictures_of_the_same_draw(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    difference = np.abs(model.sample(5, y, seed=1) - model.sample(5, others(model, y), seed=1))
    assert (difference.max(axis=(1, 2, 3)) > 1e-5).all()


@pytest.mark.parametrize(
    ("name", "one"),
    [(COND, [0, 1]), ("CondVAE, classes", 2), (CS, [0, 1]), ("CSVAE, base rate", 1), ("CSVAE, classes", 2)],
    ids=str,
)
def test_one_label_stands_for_all_samples(name, one):
    model = model_of(name)
    np.testing.assert_array_equal(model.sample(4, one, seed=1), model.sample(4, np.array([one] * 4), seed=1))


@EVERY
def test_temperature_zero_gives_the_mean_of_the_prior(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    mean = np.zeros((5, *model.latent_shape), "float32")
    if isinstance(model, CSVAE):
        mean[:, model.parts["w"]] = _mean_w(model, y)
    np.testing.assert_allclose(model.sample(5, y, temperature=0.0), model.decode(mean, y), atol=1e-6)


@BOTH
def test_temperature_scales_the_distance_from_the_mean(name):
    model = model_of(name)
    _, y = data_for(model, 5)
    cold, warm, hot = (numpy(model.draw(keras.random.SeedGenerator(0), 5, y, t)) for t in (0.0, 1.0, 2.0))
    assert np.abs(warm - cold).max() > 0.1
    np.testing.assert_allclose(hot - cold, 2 * (warm - cold), rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------ codes, and x with other labels


def _mean_w(model, y):
    """The mean of p(w|y), by hand: the first half of what the net returns."""
    h = numpy(model.label_prior(model.labels.encode(ops.convert_to_tensor(y))))
    return h[:, : h.shape[1] // 2]


@EVERY
def test_parts_of_a_code_are_those_of_the_nets(name):
    model = model_of(name)
    data = data_for(model, 5)
    parts = {part: model.encode(*data)[:, where] for part, where in model.parts.items()}
    if isinstance(model, CondVAE):
        assert {part: z.shape for part, z in parts.items()} == {"z": (5, LATENT)}
        return
    x, y = tensors(data)
    z, w = numpy(model.encoder(x)), numpy(model.label_encoder([x, model.labels.encode(y)]))
    assert set(parts) == {"z", "w"}
    np.testing.assert_allclose(parts["z"], z[:, : z.shape[1] // 2], atol=1e-6)
    np.testing.assert_allclose(parts["w"], w[:, : w.shape[1] // 2], atol=1e-6)


@EVERY
def test_reconstructions_are_decoded_codes(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    np.testing.assert_allclose(model.reconstruct(x, y), model.decode(model.encode(x, y), y), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(x, y, batch_size=2), model.reconstruct(x, y), atol=1e-6)


def test_z_of_a_csvae_does_not_see_the_labels():
    model = model_of(CS)
    x, y = data_for(model, 5)
    here, there = model.encode(x, y), model.encode(x, 1 - y)
    np.testing.assert_array_equal(here[:, model.parts["z"]], there[:, model.parts["z"]])
    assert (np.abs(here - there)[:, model.parts["w"]].max(axis=1) > 1e-4).all()


def test_the_code_of_a_csvae_tells_all_that_its_decoder_needs():
    model = model_of(CS)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    np.testing.assert_allclose(model.decode(z), model.reconstruct(x, y), atol=1e-6)
    np.testing.assert_allclose(model_of(CS).decode(z, 1 - y), model.decode(z), atol=1e-6)


def test_relabelling_leaves_the_code_of_a_condvae_alone():
    model = model_of(COND)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    np.testing.assert_array_equal(numpy(model.relabel(*tensors((z, 1 - y)))), z)


def test_relabelling_puts_the_mean_of_the_new_prior_in_place_of_w():
    model = model_of(CS)
    x, y = data_for(model, 5)
    z = model.encode(x, y)
    new = numpy(model.relabel(*tensors((z, 1 - y))))
    np.testing.assert_array_equal(new[:, model.parts["z"]], z[:, model.parts["z"]])
    np.testing.assert_allclose(new[:, model.parts["w"]], _mean_w(model, 1 - y), atol=1e-6)


def test_transfer_by_a_condvae_decodes_the_same_code_with_other_labels():
    model = model_of(COND)
    x, y = data_for(model, 5)
    np.testing.assert_allclose(model.transfer(x, y, y), model.reconstruct(x, y), atol=1e-6)
    np.testing.assert_allclose(model.transfer(x, y, 1 - y), model.decode(model.encode(x, y), 1 - y), atol=1e-6)


def test_transfer_by_a_csvae_keeps_z_and_takes_w_from_the_prior():
    model = model_of(CS)
    x, y = data_for(model, 5)
    for new_y in (y, 1 - y):
        code = np.concatenate([model.encode(x, y)[:, :2], _mean_w(model, new_y)], axis=1)
        np.testing.assert_allclose(model.transfer(x, y, new_y), model.decode(code), atol=1e-6)


@BOTH
def test_transfer_to_one_label_for_all_and_in_batches(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    whole = model.transfer(x, y, np.array([[0, 1]] * 5))
    np.testing.assert_allclose(model.transfer(x, y, [0, 1], batch_size=2), whole, atol=1e-6)


# ------------------------------------------------------------------ the door


@BOTH
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.sample(3, seed=0),
        lambda model, x, y: model.encode(x),
        lambda model, x, y: model.reconstruct(x),
        lambda model, x, y: model.posterior_parameters(x),
        lambda model, x, y: model.rate_per_unit(x),
        lambda model, x, y: model.transfer(x, None, y),
        lambda model, x, y: model(x),
        lambda model, x, y: model.fit(x),
    ],
    ids=["sample", "encode", "reconstruct", "posterior_parameters", "rate_per_unit", "transfer", "call", "fit"],
)
def test_missing_labels_are_asked_for(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=f"Expected labels: {name} takes x and y. Received: y=None"):
        call(model, *data_for(model, 5))


def test_a_condvae_decodes_nothing_without_labels():
    with pytest.raises(UserError, match=r"Expected labels: CondVAE takes x and y. Received: y=None"):
        model_of(COND).decode(np.zeros((2, LATENT)))


@BOTH
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.encode(x, y[:3]),
        lambda model, x, y: model.reconstruct(x, y[:3]),
        lambda model, x, y: model.decode(model.encode(x, y), y[:3]),
        lambda model, x, y: model.transfer(x, y[:3], y),
        lambda model, x, y: model.transfer(x, y, y[:3]),
        lambda model, x, y: model.sample(5, y[:3]),
        lambda model, x, y: model.fit(x, y[:3]),
    ],
    ids=["encode", "reconstruct", "decode", "transfer from", "transfer to", "sample", "fit"],
)
def test_too_few_labels_are_counted(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"Expected 5 labels, (or )?one for (each row|all)\. Received: 3"):
        call(model, *data_for(model, 5))


@BOTH
@pytest.mark.parametrize(
    "call",
    [
        lambda model, x, y: model.encode(x, 2.0 * y - 1),
        lambda model, x, y: model.reconstruct(x, 2.0 * y - 1),
        lambda model, x, y: model.decode(model.encode(x, y), 2.0 * y - 1),
        lambda model, x, y: model.transfer(x, 2.0 * y - 1, y),
        lambda model, x, y: model.transfer(x, y, 2.0 * y - 1),
        lambda model, x, y: model.sample(5, 2.0 * y - 1),
        lambda model, x, y: model.sample(5, [-1, 1]),
        lambda model, x, y: model.fit(x, 2.0 * y - 1),
    ],
    ids=["encode", "reconstruct", "decode", "transfer from", "transfer to", "sample", "sample one", "fit"],
)
def test_labels_of_minus_and_plus_one_are_told_what_repairs_them(name, call):
    model = model_of(name)
    model.compile("sgd")
    with pytest.raises(UserError, match=r"Expected labels 0 and 1. Received: .* with -1.*\(y \+ 1\) / 2"):
        call(model, *data_for(model, 5))


@BOTH
def test_labels_of_another_shape(name):
    model = model_of(name)
    x, y = data_for(model, 5)
    with pytest.raises(UserError, match=r"Expected y of shape \(N, 2\). Received: y.shape=\(5, 1\)"):
        model.encode(x, y[:, :1])


def test_classes_that_there_are_not():
    model = model_of("CondVAE, classes")
    x, _ = data_for(model, 3)
    with pytest.raises(UserError, match=r"Expected classes 0 to 2\. Received: y with 3"):
        model.encode(x, np.array([0, 1, 3]))


@pytest.mark.parametrize("method", ["encode", "reconstruct", "posterior_parameters", "rate_per_unit"])
def test_a_model_of_x_alone_takes_no_labels(method):
    model = MODELS["VAE"]()
    x, y = data_for(MODELS[COND](), 5)
    with pytest.raises(UserError, match=r"Expected x alone: VAE takes neither labels nor targets. Received: y"):
        getattr(model, method)(x, y)


@pytest.mark.parametrize("net", ["label_encoder", "label_prior", "adversary"])
def test_nets_that_do_not_fit_the_code_or_the_labels(net):
    nets = {
        "encoder": mlp(SHAPE, 4),
        "label_encoder": mlp(SHAPE, 2, labels=1),
        "label_prior": mlp(1, 2),
        "decoder": mlp(3, SHAPE),
        "adversary": mlp(2, 1),
    }
    wrong = {"label_encoder": mlp(SHAPE, 4, labels=1), "label_prior": mlp(1, 4), "adversary": mlp(2, 2)}
    CSVAE(**nets, labels=BinaryLabels(1))
    with pytest.raises(UserError, match=f"Expected the {net}'s outputs to have the shape"):
        CSVAE(**nets | {net: wrong[net]}, labels=BinaryLabels(1))


def test_a_number_is_no_kind_of_labels():
    with pytest.raises(UserError, match="Expected labels: BinaryLabels"):
        CondVAE(mlp(SHAPE, 4, labels=1), mlp(3, SHAPE), labels=1)


# ------------------------------------------------------------------ losses


def _nats(mean, log_scale, prior_mean=0.0, prior_log_scale=0.0):
    """KL of normals, summed over units: (B,), from their definition."""
    ratio = np.exp(2 * (log_scale - prior_log_scale))
    distance = np.square((mean - prior_mean) / np.exp(prior_log_scale))
    return 0.5 * (ratio + distance - 1 - np.log(ratio)).sum(axis=1)


def test_the_loss_of_a_condvae_is_its_bound_with_a_weight():
    model = model_of(COND)
    model.beta.assign(3.0)
    x, y = tensors(data_for(model))
    terms = scalars(model.free_energy((x, y), False))
    h = numpy(model.encoder([x, model.labels.encode(y)]))
    assert terms["rate"] == pytest.approx(_nats(h[:, :LATENT], h[:, LATENT:]).mean(), rel=1e-4)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate"], rel=1e-6)
    assert terms["loss"] == pytest.approx(terms["distortion"] + 3 * terms["rate"], rel=1e-6)


@pytest.mark.parametrize("name", ["CSVAE", "CSVAE, no adversary"])
def test_the_rates_of_a_csvae_are_those_of_its_parts(name):
    model = model_of(name)
    x, y = tensors(data_for(model))
    terms = scalars(model.phases()[0].loss((x, y), False))
    labels = model.labels.encode(y)
    z, w, p = (numpy(h) for h in (model.encoder(x), model.label_encoder([x, labels]), model.label_prior(labels)))
    assert terms["rate_z"] == pytest.approx(_nats(z[:, :2], z[:, 2:]).mean(), rel=1e-4)
    assert terms["rate_w"] == pytest.approx(_nats(w[:, :1], w[:, 1:], p[:, :1], p[:, 1:]).mean(), rel=1e-4)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate_z"] - terms["rate_w"], rel=1e-6)


WEIGHTS = {"distortion": 2.0, "w": 3.0, "z": 5.0, "information": 7.0, "adversary": 11.0}


def _weigh(model):
    for name, value in WEIGHTS.items():
        getattr(model, f"beta_{name}").assign(value)


def _contest(model):
    """The terms of one step, and by hand the logits of the adversary's answer to the z that was drawn for it."""
    state = numpy(model.noise.state)
    x, y = tensors(data_for(model))
    terms = scalars(model.contest((x, y), False))
    model.noise.state.assign(state)
    z = model.posterior_z(x).sample(model.noise)
    return terms, numpy(model.adversary(z)).astype("float64"), numpy(y)


def test_every_term_of_a_csvae_has_a_weight():
    model = model_of(CS)
    _weigh(model)
    terms, logits, y = _contest(model)
    parts = {"distortion": terms["distortion"], "w": terms["rate_w"], "z": terms["rate_z"]}
    parts["information"] = terms["information"]
    assert terms["loss"] == pytest.approx(sum(WEIGHTS[name] * value for name, value in parts.items()), rel=1e-5)
    log_q = np.where(y, special.log_expit(logits), special.log_expit(-logits)).sum(axis=1)
    assert terms["adversary"] == pytest.approx(-11 * log_q.mean(), rel=1e-5)
    assert terms["elbo"] == pytest.approx(-terms["distortion"] - terms["rate_z"] - terms["rate_w"], rel=1e-6)


def test_without_an_adversary_the_other_weights_stay():
    model = model_of("CSVAE, no adversary")
    _weigh(model)
    terms = scalars(model.free_energy(tensors(data_for(model)), False))
    assert "information" not in terms
    expected = 2 * terms["distortion"] + 3 * terms["rate_w"] + 5 * terms["rate_z"]
    assert terms["loss"] == pytest.approx(expected, rel=1e-6)


def test_information_about_attributes_is_a_negative_entropy():
    terms, logits, _ = _contest(model_of(CS))
    q = special.expit(logits)
    expected = (special.xlogy(q, q) + special.xlogy(1 - q, 1 - q)).sum(axis=1).mean()
    assert terms["information"] == pytest.approx(expected, rel=1e-5)


def test_information_about_classes_is_a_negative_entropy():
    terms, logits, y = _contest(model_of("CSVAE, classes"))
    q = special.softmax(logits, axis=1)
    assert terms["information"] == pytest.approx(special.xlogy(q, q).sum(axis=1).mean(), rel=1e-5)
    log_q = special.log_softmax(logits, axis=1)[np.arange(len(y)), y]
    assert terms["adversary"] == pytest.approx(-log_q.mean(), rel=1e-5)


def test_information_beside_a_base_rate_is_the_divergence_from_it():
    model = model_of("CSVAE, base rate")
    terms, logits, _ = _contest(model)
    q, p = special.expit(logits), model.base_rate[0]
    expected = (special.rel_entr(p, q) + special.rel_entr(1 - p, 1 - q)).mean()
    assert terms["information"] == pytest.approx(expected, rel=1e-5)
    rest = terms["distortion"] + terms["rate_w"] + terms["rate_z"]
    assert terms["loss"] == pytest.approx(rest + 5 * expected, rel=1e-5)


def test_an_adversary_that_answers_the_base_rate_costs_nothing():
    model = model_of("CSVAE, base rate")
    dense = model.adversary.layers[-1]
    dense.kernel.assign(np.zeros(dense.kernel.shape))
    dense.bias.assign([special.logit(0.2)])
    assert _contest(model)[0]["information"] == pytest.approx(0, abs=1e-6)


# ------------------------------------------------------------------ evidences that are known

D, SIGMA = 4, 0.7


def _assign(net, kernel, bias):
    net.layers[-1].kernel.assign(kernel)
    net.layers[-1].bias.assign(bias)


def _posterior(net, kernel, label_kernel, bias, log_scale=-0.5):
    """Makes a linear net of (x, y) a posterior near the exact mean, of one width and a little off."""
    units = kernel.shape[1]
    weights = np.concatenate([kernel, label_kernel]) * 0.9
    kernel = np.concatenate([weights, np.zeros(weights.shape)], axis=1)
    _assign(net, kernel, np.concatenate([bias, np.full(units, log_scale)]))


@pytest.fixture
def linear_condvae(rng):
    """x = W z + V y + b + σ ε with classes y: N(V y + b, W Wᵀ + σ² I) given y."""
    w, v, b = rng.standard_normal((D, 2)), rng.standard_normal((D, 3)), rng.standard_normal(D)
    model = CondVAE(mlp(D, 4, labels=3), mlp(2 + 3, D), labels=ClassLabels(3), likelihood=NormalLikelihood(scale=SIGMA))
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
        label_encoder=mlp(D, 2, labels=1),
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
def test_the_likelihood_rises_from_the_elbo_to_the_evidence_given_the_labels(fixture, request):
    model, x, y, exact = request.getfixturevalue(fixture)
    batches = Batches(x, y, batch_size=64)
    elbo = bound(model, batches, samples=200)["elbo"]
    log_p = [-likelihood(model, batches, samples=k, rows=64 * k)["nll"] for k in (1, 20, 3000)]
    assert elbo < exact.mean() - 0.1
    assert log_p[0] == pytest.approx(elbo, abs=0.5)
    assert elbo < log_p[1] < log_p[2] + 0.02
    assert log_p[2] == pytest.approx(exact.mean(), abs=0.02)


@pytest.mark.parametrize("fixture", ["linear_condvae", "linear_csvae"])
def test_the_mean_of_the_log_weights_is_the_elbo(fixture, request):
    model, x, y, _ = request.getfixturevalue(fixture)
    log_w = numpy(model.log_weights(*tensors((x, y)), noise=keras.random.SeedGenerator(1), samples=3000))
    assert log_w.shape == (3000, 150)
    assert log_w.mean() == pytest.approx(bound(model, Batches(x, y), samples=3000)["elbo"], abs=0.02)


def test_the_prior_of_a_csvae_is_that_of_z_beside_that_of_w(linear_csvae):
    model, _, y, _ = linear_csvae
    code = np.random.default_rng(1).standard_normal((150, 2)).astype("float32")
    m, s = np.array([-1.0, 1.5])[y], np.exp(np.array([0.2, -0.6]))[y]
    expected = norm.logpdf(code[:, 0]) + norm.logpdf(code[:, 1], m, s)
    got = model.prior(ops.convert_to_tensor(y)).log_prob(ops.convert_to_tensor(code))
    np.testing.assert_allclose(numpy(got), expected, rtol=1e-4)
