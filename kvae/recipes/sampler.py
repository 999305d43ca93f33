"""Samplers of trained models: densities of the latent codes of their training examples."""

import logging
import time

from kvae.data import Dataset
from kvae.latent.samplers import Sampler, check_kind, draw_codes, fit, is_exclusive
from kvae.recipes.inputs import batches
from kvae.recipes.recipe import Training

logger = logging.getLogger(__name__)

DEFAULT = "mixture"
"""Kind of the sampler that is fitted after each training."""


def fit_sampler(kind: str, model, dataset: Dataset, training: Training, seed: int) -> Sampler:
    """Return the sampler of `kind` that is fitted to latent codes of training examples.

    Args:
        kind: a name in `kvae.latent.samplers.KINDS`.
        model: a trained model with a decoder.
        dataset: its data set.
        training: the training of its recipe.
        seed: seed of the choice of the examples, of their codes and of the fit.
    """
    check_kind(kind)  # before any work
    start = time.perf_counter()
    codes, features = draw_codes(model, batches(model, dataset, dataset.train, training, seed=seed), seed)
    sampler = fit(kind, codes, features, exclusive=is_exclusive(model), seed=seed)
    logger.info(
        "Fitted the sampler %s to %s latent codes in %.1f s. Mean log density of held-out codes: %.2f nats.",
        *(sampler.kind, f"{sampler.codes:,}", time.perf_counter() - start, sampler.held_out_log_prob),
    )
    return sampler
