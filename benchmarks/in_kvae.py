"""The work in kvae, on the backend of Keras."""

from collections.abc import Callable

import keras
import numpy as np

from benchmarks.work import DIGITS, DOMAINS, IMAGES, LATENT, PIXELS, Work, pixels
from kvae import models, networks, training
from kvae.evaluation.likelihood import log_evidence

STEPS = 20
"""Training steps of a dense network in a call, as in the recipes of dense networks."""


def dense_networks():
    return networks.mlp(784, 100, (200, 200), "tanh"), networks.mlp(50, 784, (200, 200), "tanh")


def _dcgan(shape=IMAGES, latent=LATENT["DCGAN"]):
    return networks.conv_encoder(shape, 2 * latent), networks.conv_decoder(latent, shape)


def _training(model: keras.Model, optimizer, x, work: Work, steps: int = 1) -> Callable:
    model.compile(optimizer, steps_per_execution=steps)
    return lambda: model.fit(x, batch_size=work.batch, verbose=0, shuffle=False)


def iwae(work: Work) -> Callable:
    model = models.IWAE(*dense_networks(), samples=5)
    return _training(model, keras.optimizers.Adam(1e-3), pixels(work.amount, PIXELS), work, STEPS)


def dense_vae(work: Work) -> Callable:
    model = models.VAE(*dense_networks())
    return _training(model, keras.optimizers.Adam(1e-3), pixels(work.amount, PIXELS), work, STEPS)


def dcgan(work: Work) -> Callable:
    return _training(models.VAE(*_dcgan()), keras.optimizers.Adam(4e-4), pixels(work.amount, IMAGES), work)


def residual(work: Work) -> Callable:
    latent = LATENT["residual"]
    nets = networks.residual_encoder(IMAGES, 2 * latent), networks.residual_decoder(latent, IMAGES)
    return _training(models.VAE(*nets), keras.optimizers.Adam(4e-4), pixels(work.amount, IMAGES), work)


def in_bfloat16(task: Callable) -> Callable:
    """Return the task with networks that compute in bfloat16."""

    def prepare(work: Work) -> Callable:
        with training.networks_in("bfloat16"):
            return task(work)

    return prepare


def vae_gan(work: Work) -> Callable:
    """Return the training of a VAE/GAN with half of the channels of Larsen et al. 2016. No step is skipped."""
    latent, width = LATENT["VAE/GAN"], 32
    nets = (
        networks.larsen_encoder(IMAGES, 2 * latent, width),
        networks.larsen_decoder(latent, IMAGES, width),
        networks.larsen_discriminator(IMAGES, width),
    )
    model = models.VAEGAN(*nets, gamma=0.01, margin=10.0)
    return _training(model, keras.optimizers.RMSprop(3e-4), pixels(work.amount, IMAGES), work)


def multi_encoder(work: Work) -> Callable:
    latent = LATENT["DCGAN"]
    encoders = {str(domain): networks.conv_encoder(IMAGES, 2 * latent) for domain in range(DOMAINS)}
    model = models.MultiEncoder(encoders, networks.conv_decoder(latent, IMAGES), likelihood="bernoulli")
    model.compile(keras.optimizers.Adam(4e-4))
    y = np.arange(work.amount) % DOMAINS
    rounds = training.Rounds(pixels(work.amount, IMAGES), y, model.turns, work.batch)
    return lambda: model.fit(rounds, verbose=0)


def likelihood_convolutional(work: Work) -> Callable:
    model, x = models.VAE(*_dcgan()), pixels(work.batch, IMAGES)
    return lambda: log_evidence(model, [(x,)], work.batch, work.amount // work.batch)


def likelihood_dense(work: Work) -> Callable:
    model, x = models.VAE(*dense_networks()), pixels(work.batch, PIXELS)
    return lambda: log_evidence(model, [(x,)], work.batch, work.amount // work.batch)


def sample(work: Work) -> Callable:
    model = models.VAE(*_dcgan())
    return lambda: model.sample(work.amount)


def encode(work: Work) -> Callable:
    model, x = models.VAE(*_dcgan(DIGITS, LATENT["digits"])), pixels(work.amount, DIGITS)
    return lambda: model.encode(x)


TASKS = {
    "IWAE, batches of 20": iwae,
    "IWAE, batches of 100": iwae,
    "dense VAE": dense_vae,
    "DCGAN": dcgan,
    "residual": residual,
    "DCGAN in bfloat16": in_bfloat16(dcgan),
    "residual in bfloat16": in_bfloat16(residual),
    "VAE/GAN": vae_gan,
    "multi-encoder round": multi_encoder,
    "likelihood, convolutional": likelihood_convolutional,
    "likelihood, dense": likelihood_dense,
    "sample 1,000": sample,
    "encode 10,000": encode,
}
