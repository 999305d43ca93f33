"""Densities of scores that are trained by gradient descent."""

import abc
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from kvae.latent.samplers.density import Density, Scores
from kvae.objectives import batch_mean
from kvae.training import Batches, Model

BATCH, EPOCHS, PATIENCE = 128, 200, 10
"""Number of scores in a batch, largest number of epochs, and number of epochs without a gain after which training ends."""

LEARNING_RATE = 1e-3
"""Learning rate of Adam."""


class TrainedDensity(Density):
    """A density whose arrays are trained. During a training step they are tensors."""

    fixed: ClassVar[tuple[str, ...]] = ()
    """Names of the arrays that are not trained."""

    @abc.abstractmethod
    def bound(self, scores, features, seed):
        """Return log p(s|f) of tensors s (B, R) and f (B, A), or a lower bound of it: (B,), in nats.

        `seed` is the seed generator of its random numbers.
        """

    def trained_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays that are trained, by name."""
        names = [field.name for field in dataclasses.fields(self) if field.name not in self.fixed]
        return {name: getattr(self, name) for name in names}


class _Weights(keras.Layer):
    """Weights with names. Their first values are arrays."""

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        super().__init__()
        for name, array in arrays.items():
            self.add_weight(shape=array.shape, name=name).assign(array)
        self.built = True

    def mapped(self, function) -> dict[str, Any]:
        """Return `function` of each weight, by name."""
        return {weight.name: function(weight) for weight in self.weights}


class _Training(Model):
    """The training of a density. A row of x holds R = `rank` scores, then encoded labels."""

    def __init__(self, arrays: _Weights, density: TrainedDensity, rank: int, seed: int):
        super().__init__()
        self.arrays, self.density, self.rank, self.seed = arrays, density, rank, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def loss_terms(self, x, training):
        density = dataclasses.replace(self.density, **self.arrays.mapped(ops.convert_to_tensor))
        return {"loss": -batch_mean(density.bound(x[:, : self.rank], x[:, self.rank :], self.seed_generator))}


def train(density: TrainedDensity, used: Scores, held: Scores, seed: int) -> TrainedDensity:
    """Return `density` with the arrays that maximise the mean bound of the scores `used`. Training begins with its arrays.

    It ends when the mean bound of the scores `held` no longer increases. The arrays are those of its best epoch.
    """
    arrays = _Weights(density.trained_arrays())
    model = _Training(arrays, density, used.scores.shape[1], seed)
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    batches, validation = (
        Batches(np.concatenate(part, axis=1).astype("float32"), batch_size=BATCH, seed=order)
        for part, order in ((used, seed), (held, None))
    )
    callbacks = [
        keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.begin(epoch)),
        keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True),
    ]
    model.fit(batches, epochs=EPOCHS, validation_data=validation, callbacks=callbacks, shuffle=False, verbose=0)
    return dataclasses.replace(density, **arrays.mapped(ops.convert_to_numpy))


def two_layers(x, kernel, bias, kernel_out, bias_out):
    """Return the outputs of a network with one hidden layer, whose activation is SiLU: (…, in) -> (…, out)."""
    hidden = ops.silu(ops.add(ops.matmul(x, kernel), bias))
    return ops.add(ops.matmul(hidden, kernel_out), bias_out)


def random_kernel(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return first values of kernels (…, in, out): normal, with the variance 1 / in."""
    return (rng.standard_normal(shape) / np.sqrt(max(1, shape[-2]))).astype("float32")


def zeros(*shape: int) -> np.ndarray:
    """Return zeros of this shape, in float32."""
    return np.zeros(shape, "float32")


def to_tensor(array: np.ndarray):
    """Return an array as a tensor in float32."""
    return ops.convert_to_tensor(array.astype("float32"))


def to_array(tensor) -> np.ndarray:
    """Return a tensor as an array in float64."""
    return ops.convert_to_numpy(tensor).astype("float64")
