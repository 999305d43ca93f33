"""Annealing of scalars of the model."""

import pytest

from kvae.callbacks import Anneal
from kvae.errors import UserError
from kvae.training.schedules import Constant, Linear
from tests.callbacks.training import fit


def test_anneal_sets_beta_before_each_epoch(vae):
    history = fit(vae, Anneal("beta", Linear(0.0, 1.0, length=2)))
    assert history["beta"] == [0.0, 0.5, 1.0, 1.0]
    assert history["loss"][0] == pytest.approx(history["distortion"][0], rel=1e-6)
    assert float(vae.beta) == 1.0


def test_anneal_from_a_later_epoch_continues_the_schedule(vae):
    history = fit(vae, Anneal("beta", Linear(0.0, 1.0, length=4)), initial_epoch=2)
    assert history["beta"] == [0.5, 0.75]


def test_anneal_of_unknown_variable_names_the_known_ones(vae):
    with pytest.raises(UserError, match=r"of VAE: beta.*Received: variable='gamma'"):
        fit(vae, Anneal("gamma", Constant(1.0)))
