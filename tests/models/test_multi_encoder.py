"""MultiEncoder: the networks that a turn trains, the encoders of each domain, and the optional components."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae import models, networks
from kvae.errors import UserError
from kvae.evaluation import evaluate
from kvae.training import Batches, Rounds
from tests.contracts.models import LATENT, MODELS, SHAPE, batch, settle


def _paintings(n=20):
    return batch(n), np.arange(n) % 2


def test_multi_encoder_encodes_each_domain_with_its_encoder():
    model = MODELS["MultiEncoder"]()
    settle(model)
    x, y = _paintings(6)
    for number, net in enumerate(model.encoders.values()):
        mine = y == number
        expected = ops.convert_to_numpy(net(x[mine]))[:, :LATENT]
        np.testing.assert_allclose(model.encode(x, y)[mine], expected, atol=1e-6)


def test_multi_encoder_transfer_is_cross_encoding():
    model = MODELS["MultiEncoder"]()
    settle(model)
    x, y = _paintings(6)
    np.testing.assert_allclose(model.transfer(x, y, 1), model.reconstruct(x, np.ones(6, int)), atol=1e-5)
    np.testing.assert_allclose(model.transfer(x, y, 1, amount=0.0), model.reconstruct(x, y), atol=1e-5)


def test_multi_encoder_turn_trains_its_encoder_and_the_decoder():
    model = MODELS["MultiEncoder"]()
    phases = model.phases()
    assert [next(iter(phase.over)) for phase in phases] == ["one", "two", "two"]
    for phase, domain in zip(phases, ("one", "two", "two"), strict=True):
        trained = {id(v) for group in phase.variables().values() for v in group}
        networks_of_turn = (model.encoders[domain], model.decoder)
        assert trained == {id(v) for net in networks_of_turn for v in net.trainable_variables}


def test_multi_encoder_cross_entropy_changes_the_decoder_loss_only(monkeypatch):
    """The encoder's loss and all other terms stay those of the likelihood."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    model = settle(MODELS["MultiEncoder, cross-entropy"]())
    model.compile("sgd")
    model.beta_decoder.assign(3.0)
    x, y = batch(6), np.zeros(6, int)
    terms = model.turn_loss("one")((ops.convert_to_tensor(x),), training=False)
    terms = {name: float(ops.convert_to_numpy(value)) for name, value in terms.items()}
    x_hat = model.reconstruct(x, y).astype("float64")
    cross_entropy = -(x * np.log(x_hat) + (1 - x) * np.log1p(-x_hat)).sum(axis=(1, 2, 3)).mean()
    squared = 0.5 * ((x - x_hat) ** 2 + np.log(2 * np.pi)).sum(axis=(1, 2, 3)).mean()
    assert terms["decoder"] == pytest.approx(3 * cross_entropy, rel=1e-5)
    assert terms["distortion"] == pytest.approx(squared, rel=1e-5)
    assert terms["one"] == pytest.approx(terms["rate"] + squared, rel=1e-5)


def test_multi_encoder_cross_entropy_outside_the_unit_interval_is_refused():
    model = MODELS["MultiEncoder, cross-entropy"]()
    model.compile("sgd")
    x, y = _paintings()
    with pytest.raises(UserError, match="in \\[0, 1\\] for decoder_loss='cross_entropy'"):
        model.fit(Rounds(255 * x, y, model.turns, batch_size=4), verbose=0)
    with pytest.raises(UserError, match="Expected decoder_loss to be one of"):
        models.MultiEncoder(model.encoders, model.decoder, decoder_loss="l1")


def test_multi_encoder_trains_on_rounds_and_evaluates_x_and_y():
    keras.utils.set_random_seed(0)
    model = MODELS["MultiEncoder"]()
    model.compile(keras.optimizers.Adam(1e-2))
    x, y = _paintings(40)
    rounds = Rounds(x, y, model.turns, batch_size=5)
    history = model.fit(rounds, validation_data=(x, y), epochs=8, verbose=0, shuffle=False).history
    assert history["val_distortion"][-1] < history["val_distortion"][0]
    assert "val_one" not in history
    report = evaluate(model, Batches(x, y), ["elbo", "reconstruction", "collapse"])
    assert report["skipped"] == {}


def test_multi_encoder_round_of_bytes_equals_round_of_floats():
    drawn = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), "uint8")
    y, ended = np.arange(20) % 2, []
    for x in (drawn, drawn / np.float32(255)):
        keras.utils.set_random_seed(0)
        model = settle(MODELS["MultiEncoder"]())
        model.compile("sgd")
        model.fit(Rounds(x, y, model.turns, batch_size=4), verbose=0, shuffle=False)
        ended.append(_arrays(model.decoder))
    for bytes_, floats in zip(*ended, strict=True):
        np.testing.assert_allclose(bytes_, floats, rtol=1e-4, atol=1e-6)


def test_multi_encoder_separator_makes_codes_distinguishable():
    keras.utils.set_random_seed(0)
    model = MODELS["MultiEncoder, separated, dated"]()
    model.beta_separation.assign(30.0)
    model.compile(keras.optimizers.Adam(1e-2))
    x, y = _paintings(40)
    rounds = Rounds(x, y, model.turns, batch_size=10, periods=np.where(np.arange(40) < 30, y, -1))
    history = model.fit(rounds, epochs=20, verbose=0, shuffle=False).history
    assert history["separator"][-1] < 0.2 < history["separator"][0]


def test_multi_encoder_critic_ignores_unknown_periods():
    model = MODELS["MultiEncoder, separated, dated"]()
    settle(model)
    model.compile("sgd")
    x = batch(6)
    turn = model.turn_loss("one")
    dated, undated = np.array([0, 1, 0]), np.array([-1, -1, -1])

    def critic(x, period):
        terms = turn((ops.convert_to_tensor(x), ops.convert_to_tensor(period)), training=False)
        return float(ops.convert_to_numpy(terms["critic"]))

    assert critic(x[:3], undated) == 0
    both = critic(x, np.concatenate([dated, undated]))
    assert both == pytest.approx(critic(x[:3], dated), rel=1e-5)


def _arrays(net):
    return [ops.convert_to_numpy(v).copy() for v in net.weights]


def test_multi_encoder_decoder_copies_are_averaged_after_an_epoch(monkeypatch):
    """After one step of each domain without noise, the decoder is the mean of two decoders trained separately."""
    monkeypatch.setattr(keras.random, "normal", lambda shape, **options: ops.zeros(shape))
    model = settle(MODELS["MultiEncoder, copies"]())
    model.compile(keras.optimizers.SGD(0.1))
    x, y = _paintings(8)
    rounds = Rounds(x, y, model.turns, batch_size=4)
    (copy,) = model.decoders.values()
    copy.set_weights(model.decoder.get_weights())
    alone, seen, before = [], [], _arrays(model.decoder)
    for phase, player in zip(model.phases(), ("decoder", "decoder/two"), strict=True):
        variables, data = phase.variables(), model.unpack(rounds[0])
        _, gradients = model.gradients(lambda phase=phase, data=data: phase(data, training=True), variables)
        steps = (ops.convert_to_numpy(gradient) for gradient in gradients[player])
        alone.append([weight - 0.1 * step for weight, step in zip(before, steps, strict=True)])
    assert all(np.abs(one - two).max() > 1e-3 for one, two in zip(*alone, strict=True))
    copy.set_weights([weight + 1 for weight in before])  # forgotten: an epoch begins with the decoder
    look = keras.callbacks.LambdaCallback(on_test_end=lambda logs: seen.append(_arrays(model.decoder)))
    model.fit(rounds, validation_data=(x, y), callbacks=[look], verbose=0, shuffle=False)
    for one, two, *means in zip(*alone, _arrays(model.decoder), _arrays(copy), *seen, strict=True):
        assert len(means) == 3
        for mean in means:
            np.testing.assert_allclose(mean, (one + two) / 2, atol=1e-6)


def test_multi_encoder_fit_with_arrays_is_refused():
    model = MODELS["MultiEncoder"]()
    model.compile("sgd", run_eagerly=True)
    with pytest.raises(UserError, match="Expected rounds"):
        model.fit(*_paintings(), verbose=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"turns": {"one": 1}}, "Expected turns of 1 or more for one, two"),
        ({"turns": {"one": 1, "two": 0}}, "Expected turns of 1 or more"),
        ({"separator": networks.mlp(LATENT, 3)}, "separator's outputs"),
        ({"decoder": networks.mlp(LATENT, (4, 4, 1))}, "decoder's outputs"),
    ],
)
def test_multi_encoder_with_mismatched_networks_or_turns_is_refused(options, message):
    nets = {
        "encoders": {"one": networks.mlp(SHAPE, 2 * LATENT), "two": networks.mlp(SHAPE, 2 * LATENT)},
        "decoder": networks.mlp(LATENT, SHAPE),
    }
    with pytest.raises(UserError, match=message):
        models.MultiEncoder(**nets | options)


def test_multi_encoder_with_rounds_of_other_domains_is_refused():
    model = MODELS["MultiEncoder"]()
    model.compile("sgd")
    x, y = _paintings()
    with pytest.raises(UserError, match=r"Expected rounds of one, two\. Received: rounds of one, three"):
        model.fit(Rounds(x, y, {"one": 1, "three": 2}), verbose=0)
    with pytest.raises(UserError, match=r"Expected 2 turns of two\. Received: 1"):
        model.fit(Rounds(x, y, {"one": 1, "two": 1}), verbose=0)
    with pytest.raises(UserError, match="without periods"):
        model.fit(Rounds(x, y, {"one": 1, "two": 2}, periods=y), verbose=0)


def test_multi_encoder_turns_in_another_order_follow_the_encoders():
    model = models.MultiEncoder(
        {"one": networks.mlp(SHAPE, 2 * LATENT), "two": networks.mlp(SHAPE, 2 * LATENT)},
        networks.mlp(LATENT, SHAPE),
        turns={"two": 2, "one": 1},
    )
    assert list(model.turns.items()) == [("one", 1), ("two", 2)]
