"""The second stage of a two-stage VAE: a small VAE of scores."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from keras import ops

from kvae.distributions import Normal, sample_with_kl, standard_normal
from kvae.distributions.scales import bounded_log_scale
from kvae.latent.samplers.density import Scores, Task, check_arrays
from kvae.latent.samplers.trained import TrainedDensity, random_kernel, to_array, to_tensor, train, two_layers, zeros
from kvae.objectives import log_mean_weight

UNITS = 256
"""Largest number of hidden units of the encoder and of the decoder."""

FIRST_GAMMA = 0.6
"""Value of γ with which training begins."""

DRAWS = 64
"""Number of draws of the importance-weighted bound."""


@dataclasses.dataclass(frozen=True, eq=False)
class TwoStage(TrainedDensity):
    """The density of a VAE of scores with as many latent units u as scores (Dai and Wipf 2019, section 4):

        p(s|f) = ∫ N(u; 0, I) N(s; decoder(u, f), γ²) du        q(u|s, f) = N(u; encoder(s, f))

    γ is trained. The mean of each is a network with one hidden layer, plus a multiple of its input. The density is not
    known. `bound` is the ELBO, and `log_prob` estimates the importance-weighted bound from `DRAWS` draws.

    Args:
        kernel, bias, kernel_out, bias_out: the encoder, (R + A, H), (H,), (H, 2R) and (2R,): means, then log σ.
        decoder_kernel, decoder_bias, decoder_kernel_out, decoder_bias_out: the decoder, (R + A, H), (H,), (H, R) and (R,).
        slopes: factors of s in the mean of the encoder, and of u in that of the decoder (2, R).
        log_gamma: (1,).
    """

    kernel: np.ndarray
    bias: np.ndarray
    kernel_out: np.ndarray
    bias_out: np.ndarray
    decoder_kernel: np.ndarray
    decoder_bias: np.ndarray
    decoder_kernel_out: np.ndarray
    decoder_bias_out: np.ndarray
    slopes: np.ndarray
    log_gamma: np.ndarray

    @classmethod
    def untrained(cls, rank: int, labels: int, units: int, seed: int) -> "TwoStage":
        """Return the VAE with which training begins: p(s|u) = N(s; a u, γ²) with a² + γ² = 1, and its exact posterior.

        Its density is N(s; 0, I). No latent unit is unused, so that training does not end in posterior collapse.
        """
        rng, log_gamma = np.random.default_rng(seed), np.full(1, np.log(FIRST_GAMMA), "float32")
        biases_out = np.concatenate([zeros(rank), np.repeat(log_gamma, rank)])
        hidden, hidden_of_decoder = ((random_kernel(rng, rank + labels, units), zeros(units)) for _ in range(2))
        slopes = np.full((2, rank), np.sqrt(1 - FIRST_GAMMA**2), "float32")
        decoder = (*hidden_of_decoder, zeros(units, rank), zeros(rank))
        return cls(*hidden, zeros(units, 2 * rank), biases_out, *decoder, slopes, log_gamma)

    @property
    def facts(self):
        return {"draws": DRAWS}

    def check(self, rank, labels):
        units = self.bias.size
        shapes = {
            "kernel": (rank + labels, units),
            "bias": (units,),
            "kernel_out": (units, 2 * rank),
            "bias_out": (2 * rank,),
            "decoder_kernel": (rank + labels, units),
            "decoder_bias": (units,),
            "decoder_kernel_out": (units, rank),
            "decoder_bias_out": (rank,),
            "slopes": (2, rank),
            "log_gamma": (1,),
        }
        check_arrays(self, shapes)

    def bound(self, scores, features, seed, training):
        """Return the ELBO of one draw: (B,)."""
        u, rate = sample_with_kl(self._posterior(scores, features), standard_normal(), seed)
        return self._observation(u, features).log_prob(scores) - rate

    def log_prob(self, scores, features):
        """Return an unbiased estimate of a lower bound of log p(s|f): (N,), in nats. The draws have a fixed seed."""
        scores, features = to_tensor(scores), to_tensor(features)
        qu = self._posterior(scores, features)
        noise = to_tensor(np.random.default_rng(0).standard_normal((DRAWS, *scores.shape)))
        u = qu.loc + noise * ops.exp(qu.log_scale)  # (K, N, R)
        log_prior = standard_normal().log_prob(u)
        log_ps = self._observation(u, features).log_prob(scores)
        return to_array(log_mean_weight(log_ps + log_prior - qu.log_prob(u)))

    def sample(self, features, rng):
        u, noise = rng.standard_normal((2, len(features), len(self.decoder_bias_out)))
        ps = self._observation(to_tensor(u), to_tensor(features))
        return to_array(ps.loc + to_tensor(noise) * ops.exp(ps.log_scale))

    def _posterior(self, scores, features) -> Normal:
        """Return q(u|s, f), over (B, R)."""
        inputs = ops.concatenate([scores, features], axis=-1)
        h = two_layers(inputs, self.kernel, self.bias, self.kernel_out, self.bias_out)
        change, log_scale = ops.split(h, 2, axis=-1)
        return Normal(ops.multiply(self.slopes[0], scores) + change, bounded_log_scale(log_scale))

    def _observation(self, u, features) -> Normal:
        """Return p(s|u, f), over (…, B, R), of latent units u (…, B, R)."""
        features = features + ops.zeros_like(u[..., :1])  # (B, A) -> (…, B, A)
        arrays = (self.decoder_kernel, self.decoder_bias, self.decoder_kernel_out, self.decoder_bias_out)
        loc = ops.multiply(self.slopes[1], u) + two_layers(ops.concatenate([u, features], axis=-1), *arrays)
        return Normal(loc, bounded_log_scale(ops.convert_to_tensor(self.log_gamma)) + ops.zeros_like(loc))


def two_stages(used: Scores, held: Scores, task: Task) -> Iterator[TwoStage]:
    """Yield one VAE of scores. The arguments are those of `mixtures`."""
    rank, labels = used.scores.shape[1], used.features.shape[1]
    units = max(1, min(UNITS, (task.room - 5 * rank - 1) // (5 * rank + 2 * labels + 2)))
    yield train(TwoStage.untrained(rank, labels, units, task.seed), used, held, task.seed)
