"""Losses, gradients' effect and ten Adam steps of every model, with given weights and noise, on the current backend.

Run as a program, writes them to the .npz file that it is given; `test_backends.py` compares the files.
"""

import sys

import keras
import numpy as np
from keras import ops

import tests.conftest  # noqa: F401  initial weights that need no compilation
from tests.contracts.models import MODELS, data_for, settle, step_of


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    noise = np.random.default_rng(1).standard_normal(tuple(int(n) for n in shape))
    return ops.convert_to_tensor(noise.astype("float32")) * stddev + mean


def main(path):
    keras.random.normal = normal
    arrays = {}
    for name, make in MODELS.items():
        model = make()
        settle(model)
        # With Adam's own ε of 1e-7, a gradient that is zero but for rounding moves its weight by the rounding's sign.
        # Eagerly, JAX would compile every operation by itself, which takes minutes more.
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
