"""Pure functions of distributions and tensors: the terms of the models' losses, in nats."""

from kvae.objectives.adversarial import (
    ADVERSARIES,
    Adversary,
    adversary,
    discriminator_fake_loss,
    discriminator_real_loss,
    equilibrium,
    generator_loss,
    r1_penalty,
)
from kvae.objectives.batch import batch_mean
from kvae.objectives.distances import (
    absolute_error,
    feature_error,
    half_squared_error,
    perceptual_error,
    pixel_cross_entropy,
)
from kvae.objectives.elbo import free_bits_penalty, negative_elbo
from kvae.objectives.gradients import squared_gradient
from kvae.objectives.importance import (
    doubly_reparameterized,
    importance_bound,
    log_mean_weight,
    sampled_negative_elbo,
)
from kvae.objectives.labels import known_class_loss, label_information

__all__ = [
    "ADVERSARIES",
    "Adversary",
    "absolute_error",
    "adversary",
    "batch_mean",
    "discriminator_fake_loss",
    "discriminator_real_loss",
    "doubly_reparameterized",
    "equilibrium",
    "feature_error",
    "free_bits_penalty",
    "generator_loss",
    "half_squared_error",
    "importance_bound",
    "known_class_loss",
    "label_information",
    "log_mean_weight",
    "negative_elbo",
    "perceptual_error",
    "pixel_cross_entropy",
    "r1_penalty",
    "sampled_negative_elbo",
    "squared_gradient",
]
