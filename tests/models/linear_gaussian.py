"""A model with a known evidence: x = W z + b + σ ε, with z and ε standard normal."""

import numpy as np
from scipy.stats import multivariate_normal

from kvae.distributions.likelihoods import NormalLikelihood
from kvae.networks import mlp

D, UNITS, SIGMA = 4, 2, 0.7


def linear_gaussian(cls, rng, n=200, **options):
    """Return a model of class `cls` with an inexact posterior, n points x, and log p(x) of each."""
    w, b = rng.standard_normal((D, UNITS)), rng.standard_normal(D)
    model = cls(mlp(D, 2 * UNITS), mlp(UNITS, D), likelihood=NormalLikelihood(scale=SIGMA), **options)
    model.decoder.layers[-1].kernel.assign(w.T)
    model.decoder.layers[-1].bias.assign(b)
    gain = np.linalg.solve(w.T @ w + SIGMA**2 * np.eye(UNITS), w.T)  # the exact posterior mean is gain (x − b)
    model.encoder.layers[-1].kernel.assign(np.concatenate([0.9 * gain.T, np.zeros((D, UNITS))], axis=1))
    model.encoder.layers[-1].bias.assign(np.concatenate([-gain @ b, np.full(UNITS, -0.5)]))
    x = (rng.standard_normal((n, UNITS)) @ w.T + b + SIGMA * rng.standard_normal((n, D))).astype("float32")
    return model, x, multivariate_normal(b, w @ w.T + SIGMA**2 * np.eye(D)).logpdf(x)
