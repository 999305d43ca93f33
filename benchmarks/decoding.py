"""Decoded images per second while log p(x) is estimated, for several numbers of values that are decoded at once.

    python -m benchmarks.decoding --backend tensorflow

The numbers are measured in turns in one process, and a speed is the median over the turns. `VALUES_AT_ONCE` of
`kvae.backends` is the number that kvae uses.
"""

import argparse
import math
import os
import statistics
import time

from benchmarks.contenders import BACKENDS

SIZES = (2**19, 2**20, 2**21, 2**22, 2**23)
"""Numbers of values that are decoded at once."""

SAMPLES = 2000


def measured(model, x, turns: int) -> dict[int, float]:
    """Return the decoded images per second for each number in `SIZES`."""
    from kvae.evaluation.likelihood import log_evidence

    seconds = {size: [] for size in SIZES}
    for _ in range(turns + 1):  # the first turn traces and compiles
        for size, found in seconds.items():
            began = time.perf_counter()
            log_evidence(model, [(x,)], len(x), SAMPLES, max(1, size // math.prod(x.shape[1:])))
            found.append(time.perf_counter() - began)
    return {size: len(x) * SAMPLES / statistics.median(found[1:]) for size, found in seconds.items()}


def main() -> None:
    """Measure a convolutional and a dense VAE, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", choices=BACKENDS, default="tensorflow")
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    os.environ["KERAS_BACKEND"] = chosen.backend

    from benchmarks.work import IMAGES, LATENT, PIXELS, pixels
    from kvae.models import VAE
    from kvae.networks import conv_decoder, conv_encoder, mlp

    conv, dense = LATENT["DCGAN"], LATENT["dense"]
    work = {
        "convolutional": (VAE(conv_encoder(IMAGES, 2 * conv), conv_decoder(conv, IMAGES)), pixels(1, IMAGES)),
        "dense": (
            VAE(mlp(PIXELS, 2 * dense, (200, 200), "tanh"), mlp(dense, PIXELS, (200, 200), "tanh")),
            pixels(30, PIXELS),
        ),
    }
    for name, (model, x) in work.items():
        speeds = measured(model, x, chosen.turns)
        print(f"{name}: " + ", ".join(f"{size:,} values {speed:,.0f}" for size, speed in speeds.items()), flush=True)


if __name__ == "__main__":
    main()
