"""Time of a training step with a mixture of 500 normal distributions as the prior, with both forms of its gradient.

    python benchmarks/mixture.py --backend jax

`Normal.log_prob_of_each` takes gradients of expanded squares, which are matrix products. `Distribution.log_prob_of_each`,
the form for all other distributions, takes them of squared differences. binarized_mnist/vae, which has no mixture, is the
baseline. Set OMP_NUM_THREADS=1, or XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" for JAX,
to measure one core.
"""

import argparse
import os
import time


def milliseconds(recipe: str, steps: int) -> float:
    """Return the CPU time of a training step of `recipe`."""
    import keras
    import numpy as np

    import kvae

    loaded = kvae.zoo.load(recipe)
    dataset = kvae.data.load("binarized_mnist")
    model = loaded.model(dataset, loaded.resolve())
    model.compile(keras.optimizers.Adam(1e-4))
    x = np.asarray(dataset.train.x[: 100 * steps], "float32").reshape(-1, *dataset.shape)
    model.fit(x, batch_size=100, epochs=1, verbose=0)  # compiles
    begin = time.process_time()
    model.fit(x, batch_size=100, epochs=1, verbose=0)
    return (time.process_time() - begin) / steps * 1e3


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", default="jax")
    parser.add_argument("--steps", type=int, default=100)
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = options.backend

    from kvae.distributions import Normal
    from kvae.distributions.base import Distribution

    print(f"binarized_mnist/vae: {milliseconds('binarized_mnist/vae', options.steps):.1f} ms")
    expanded = Normal.log_prob_of_each
    for recipe in ("binarized_mnist/vae_mixture_prior", "binarized_mnist/vae_vamp_prior"):
        Normal.log_prob_of_each = expanded
        fast = milliseconds(recipe, options.steps)
        Normal.log_prob_of_each = Distribution.log_prob_of_each
        slow = milliseconds(recipe, options.steps)
        print(f"{recipe}: {fast:.1f} ms with expanded squares, {slow:.1f} ms with differences, ratio {slow / fast:.1f}")
