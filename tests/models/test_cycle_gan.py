"""CycleGAN: terms computed by hand, the pools in training and in checkpoints, and the direction of translations."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.errors import UserError
from kvae.models import CycleGAN
from kvae.networks import mlp
from kvae.training import Rounds, checkpoint
from tests.contracts.models import MODELS, SHAPE, batch, data_for, settle, step_of


def _mapped(net, x):
    return ops.convert_to_numpy(net(x))


def _domains(n=3):
    return {"A": batch(n, seed=1), "B": batch(n, seed=2)}


def test_cycle_gan_losses_are_those_of_the_paper():
    model = settle(MODELS["CycleGAN"]())
    model.compile("sgd")
    x = _domains()
    round_ = {domain: images[:, None] for domain, images in x.items()}  # one turn of each domain
    found = model.phases()[0](model.unpack((round_,)), training=False)
    terms = {name: float(ops.convert_to_numpy(value)) for name, value in found.items()}
    expected = {"adversarial": 0.0, "cycle": 0.0, "identity": 0.0, "discriminators": 0.0}
    for domain, other in (("A", "B"), ("B", "A")):
        generator, back, discriminator = model.generators[domain], model.generators[other], model.discriminators[domain]
        fake = _mapped(generator, x[other])
        expected["adversarial"] += np.square(_mapped(discriminator, fake) - 1).mean()
        expected["cycle"] += np.abs(_mapped(back, fake) - x[other]).mean() / 2
        expected["identity"] += np.abs(_mapped(generator, x[domain]) - x[domain]).mean() / 2
        real = np.square(_mapped(discriminator, x[domain]) - 1).mean()
        expected["discriminators"] += (real + np.square(_mapped(discriminator, fake)).mean()) / 2
    expected["generators"] = expected["adversarial"] + 4 * expected["cycle"] + 2 * expected["identity"]
    assert terms == pytest.approx(expected, rel=1e-4)


def test_cycle_gan_translates_into_the_other_domain_and_back():
    model = settle(MODELS["CycleGAN"]())
    x, y = batch(5), np.array([0, 1, 1, 0, 1])
    translated = model.translate(x, y)
    for number, other in ((0, "B"), (1, "A")):
        np.testing.assert_allclose(translated[y == number], _mapped(model.generators[other], x)[y == number], atol=1e-6)
        np.testing.assert_allclose(model.translate(x, number)[y == number], translated[y == number], atol=1e-6)
    np.testing.assert_allclose(model.translate_back(x, y), model.translate(translated, 1 - y), atol=1e-5)


def test_cycle_gan_validation_reports_the_error_of_back_translations():
    model = settle(MODELS["CycleGAN"]())
    model.compile("sgd")
    x, y = data_for(model, 10)
    found = model.evaluate(x, y, batch_size=4, verbose=0, return_dict=True)
    assert found == pytest.approx({"cycle": np.abs(model.translate_back(x, y) - x).mean()}, rel=1e-5)


def test_cycle_gan_pool_changes_in_training_only_and_files_hold_none(tmp_path):
    model = MODELS["CycleGAN"]()
    model.compile("sgd")
    data = step_of(model, data_for(model, 8))
    model.test_on_batch(*data)
    assert {int(pool.count) for pool in model.pools.values()} == {0}
    model.train_on_batch(*data)
    assert {int(pool.count) for pool in model.pools.values()} == {4}
    assert all(np.abs(ops.convert_to_numpy(pool.images)[:4]).max() > 0 for pool in model.pools.values())
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert {int(pool.count) for pool in loaded.pools.values()} == {0}
    assert loaded.count_params() == sum(net.count_params() for net in loaded.networks().values()) + 2  # λ_c and λ_i


def _trained(model, rounds, first, last):
    for index in range(first, last):
        model.train_on_batch(*rounds[index])


def test_cycle_gan_resumes_bit_for_bit_with_its_pools(tmp_path):
    """The pools of ten images are full after three rounds of four, and images are exchanged before and after the restart."""

    def made(seed):
        keras.utils.set_random_seed(seed)
        model = MODELS["CycleGAN"]()
        model.compile(keras.optimizers.Adam(1e-2))
        return model

    rounds = Rounds(batch(40), np.arange(40) % 2, {"A": 1, "B": 1}, batch_size=4)
    whole, resumed = made(0), made(1)
    _trained(whole, rounds, 0, 5)
    checkpoint.save(tmp_path / "state.npz", whole, {})
    _trained(whole, rounds, 0, 5)
    checkpoint.restore(tmp_path / "state.npz", resumed)
    _trained(resumed, rounds, 0, 5)
    state = [(*model.variables, *model.optimizer.variables) for model in (whole, resumed)]
    for expected, found in zip(*state, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(found), ops.convert_to_numpy(expected))
    assert {int(pool.count) for pool in resumed.pools.values()} == {10}


def test_cycle_gan_without_pool_learns_from_new_translations():
    nets = {name: mlp(SHAPE, SHAPE) for name in "AB"}, {name: mlp(SHAPE, 1) for name in "AB"}
    model = CycleGAN(*nets, pool_size=0)
    model.compile("adam")
    model.fit(Rounds(batch(8), np.arange(8) % 2, model.turns, batch_size=2), verbose=0)
    assert not model.pools


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model, x, y: model.fit(x, y), "Expected rounds"),
        (lambda model, x, y: model.fit(Rounds(2 * x, y, model.turns, 2)), r"A in \[0, 1\]"),
        (lambda model, x, y: model.fit(Rounds(x, y, model.turns, 11)), "batches of at most 10 images"),
        (lambda model, x, y: model.fit(Rounds(x, y, {"A": 1}, 2)), "Expected rounds of A, B"),
        (lambda model, x, y: model.translate(x, 2), "classes 0 to 1"),
        (lambda model, x, y: CycleGAN({"A": mlp(SHAPE, SHAPE)}, model.discriminators), "generators of two domains"),
        (lambda model, x, y: CycleGAN(model.generators, {}), "a discriminator of each"),
        (
            lambda model, x, y: CycleGAN(model.generators, dict.fromkeys("AB", mlp((8, 8, 2), 1))),
            "images of one shape",
        ),
    ],
    ids=["x and y", "range", "batch size", "domains", "class", "generators", "discriminators", "shapes"],
)
def test_cycle_gan_with_unsuitable_data_or_networks_raises(call, message):
    model = MODELS["CycleGAN"]()
    model.compile("adam")
    with pytest.raises(UserError, match=message):
        call(model, batch(24), np.arange(24) % 2)


def test_cycle_gan_on_several_devices_of_tensorflow_raises(monkeypatch):
    monkeypatch.setattr("kvae.models.cycle_gan.gates_are_global", lambda: False)
    with pytest.raises(UserError, match="Expected one device on TensorFlow for CycleGAN"):
        MODELS["CycleGAN"]().compile("adam")
