"""Overhead of kvae's training round, compared with a plain Keras model that has the same networks.

    python benchmarks/round.py                          # all installed backends, a table
    python benchmarks/round.py --backend jax            # one backend

The plain model has its own `compute_loss`. Both models are dense VAEs (784-200-200-50), trained on the same random pixels
in batches of 100, and report the same metrics. They are timed in turns in one process (ABAB…), so that other load on the
machine affects both alike. Times are medians over the turns. The ratio is the median of the ratios within a turn. Above 1,
kvae is slower.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

BACKENDS = ("tensorflow", "jax", "torch")


def networks(pixels: int = 784, units: int = 200, latent: int = 50):
    """Return the encoder and the decoder."""
    from kvae.networks import mlp

    return mlp(pixels, 2 * latent, (units, units), "tanh"), mlp(latent, pixels, (units, units), "tanh")


def plain_vae(encoder, decoder):
    """Return a VAE that is written in plain Keras, without kvae."""
    import keras
    from keras import ops

    class PlainVAE(keras.Model):
        def __init__(self):
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

    return PlainVAE()


def measure(turns: int, steps: int) -> dict:
    """Return the medians of milliseconds per step for both models on the current backend, and of their ratio."""
    import keras
    import numpy as np

    from kvae.models import VAE

    x = np.random.default_rng(0).random((100 * steps, 784), "float32")
    models = {"plain": plain_vae(*networks()), "kvae": VAE(*networks())}
    for model in models.values():
        model.compile(keras.optimizers.Adam(1e-3))
        model.fit(x[:1000], batch_size=100, verbose=0)  # so that tracing and compilation are not timed
    seconds = {name: [] for name in models}
    for _ in range(turns):
        for name, model in models.items():
            began = time.perf_counter()
            model.fit(x, batch_size=100, verbose=0, shuffle=False)
            seconds[name].append((time.perf_counter() - began) / steps)
    ratios = [kvae / plain for kvae, plain in zip(seconds["kvae"], seconds["plain"], strict=True)]
    return {
        "backend": keras.backend.backend(),
        "plain_ms": 1e3 * statistics.median(seconds["plain"]),
        "kvae_ms": 1e3 * statistics.median(seconds["kvae"]),
        "ratio": statistics.median(ratios),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--backend", choices=BACKENDS, help="Backend to measure. Without it, all installed ones.")
    parser.add_argument("--turns", type=int, default=9, help="Number of measurements of each model.")
    parser.add_argument("--steps", type=int, default=300, help="Number of training steps in a measurement.")
    parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
    options = parser.parse_args()
    if options.backend:
        os.environ["KERAS_BACKEND"] = options.backend
        rows = [measure(options.turns, options.steps)]
    else:
        rows = []
        for backend in BACKENDS:
            if importlib.util.find_spec(backend):
                command = [sys.executable, __file__, "--backend", backend, "--json"]
                command += ["--turns", str(options.turns), "--steps", str(options.steps)]
                out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
                rows += json.loads(out.stdout)
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'backend':12}{'Keras ms/step':>16}{'kvae ms/step':>16}{'ratio':>8}")
    for row in rows:
        print(f"{row['backend']:12}{row['plain_ms']:16.3f}{row['kvae_ms']:16.3f}{row['ratio']:8.3f}")


if __name__ == "__main__":
    main()
