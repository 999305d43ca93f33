"""A program that writes losses and ten Adam steps of every model, with fixed weights and noise, to an .npz file.

`test_backends.py` runs it on each backend and compares the files.
"""

import sys

import keras
import numpy as np
from keras import ops

import tests.conftest  # noqa: F401  draws initial weights without compilation
from tests.contracts.models import MODELS, data_for, settle, step_of


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    noise = np.random.default_rng(1).standard_normal(tuple(int(n) for n in shape))
    return ops.convert_to_tensor(noise.astype("float32")) * stddev + mean


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    drawn = np.random.default_rng(1).uniform(minval, maxval, tuple(int(n) for n in shape))
    return ops.convert_to_tensor(drawn.astype("float32"))


def main(path):
    keras.random.normal, keras.random.uniform = normal, uniform
    arrays = {}
    for name, make in MODELS.items():
        model = make()
        settle(model)
        # With the default ε of 1e-7, a gradient that is zero up to rounding would move its weight by the sign of the error.
        # JAX without a graph would compile every operation separately, which takes minutes longer.
        eagerly = keras.backend.backend() != "jax"
        model.compile(keras.optimizers.Adam(1e-3, epsilon=1e-4), run_eagerly=eagerly)
        step = step_of(model, data_for(model, 8))
        for term, value in model.train_on_batch(*step, return_dict=True).items():
            arrays[f"{name}/loss/{term}"] = np.float32(value)
        for _ in range(9):
            model.train_on_batch(*step)
        for i, variable in enumerate(model.trainable_variables):
            arrays[f"{name}/weights/{i}"] = ops.convert_to_numpy(variable)
    np.savez(path, **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
