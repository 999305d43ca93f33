"""The work in plain Keras: a VAE with its own `compute_loss`."""

from collections.abc import Callable

import keras
from keras import ops

from benchmarks.work import PIXELS, Work, pixels


def networks(pixels: int = 784, units: int = 200, latent: int = 50):
    """Return the encoder and the decoder."""
    from kvae.networks import mlp

    return mlp(pixels, 2 * latent, (units, units), "tanh"), mlp(latent, pixels, (units, units), "tanh")


class PlainVAE(keras.Model):
    """A VAE that is written in plain Keras, without kvae. It reports the same metrics as that of kvae."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.seed_generator = keras.random.SeedGenerator(0)
        self.monitors = [keras.metrics.Mean(name=name) for name in ("rate", "distortion", "elbo")]

    def call(self, x, training=False):
        loc, log_scale = ops.split(self.encoder(x, training=training), 2, axis=-1)
        log_scale = ops.clip(log_scale, -7, 7)
        z = loc + ops.exp(log_scale) * keras.random.normal(ops.shape(loc), seed=self.seed_generator)
        return self.decoder(z, training=training), loc, log_scale

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        logits, loc, log_scale = y_pred
        rate = ops.mean(ops.sum(0.5 * (ops.exp(2 * log_scale) + loc**2 - 1) - log_scale, axis=-1))
        distortion = ops.mean(ops.sum(ops.softplus(logits) - x * logits, axis=-1))
        for monitor, value in zip(self.monitors, (rate, distortion, -rate - distortion), strict=True):
            monitor.update_state(value)
        return rate + distortion


def dense_vae(work: Work) -> Callable:
    model = PlainVAE(*networks())
    model.compile(keras.optimizers.Adam(1e-3))
    x = pixels(work.amount, PIXELS)
    return lambda: model.fit(x, batch_size=work.batch, verbose=0, shuffle=False)


TASKS = {"dense VAE": dense_vae}
