"""Densities of scores that are trained by gradient descent."""

import abc
import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import keras
import numpy as np
from keras import ops

from kvae.latent.samplers.density import Density, Scores
from kvae.objectives import batch_mean
from kvae.progress import bar
from kvae.training import Batches, Model

BATCH, EPOCHS, LEAST_STEPS = 256, 40, 32
"""Number of scores in a batch, number of epochs, and least number of steps in an epoch."""

LEARNING_RATE = 2e-3
"""Learning rate of Adam at the beginning. It falls to 0 along a cosine."""


_Density = TypeVar("_Density", bound="TrainedDensity")


class TrainedDensity(Density):
    """A density whose arrays are trained. During a training step they are tensors."""

    __dataclass_fields__: ClassVar[dict[str, Any]]  # tells type checkers that a subclass is a dataclass

    fixed: ClassVar[tuple[str, ...]] = ()
    """Names of the arrays that are not trained."""

    @abc.abstractmethod
    def bound(self, scores, features, seed, training: bool):
        """Return log p(s|f) of tensors s (B, R) and f (B, A), or a lower bound of it: (B,), in nats.

        Terms that no trained array changes may be left out. `seed` is the seed generator of its random numbers. `training`
        is True in training steps.
        """

    def trained_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays that are trained, by name."""
        names = [field.name for field in dataclasses.fields(self) if field.name not in self.fixed]
        return {name: getattr(self, name) for name in names}

    def as_tensors(self) -> Self:
        """Return the density with tensors as trained arrays."""
        return dataclasses.replace(self, **{name: to_tensor(array) for name, array in self.trained_arrays().items()})


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
        scores, features = x[:, : self.rank], x[:, self.rank :]
        return {"loss": -batch_mean(density.bound(scores, features, self.seed_generator, training))}


def train(
    density: _Density,
    used: Scores,
    held: Scores,
    seed: int,
    batch_size: int | None = None,
    epochs: int | None = None,
) -> _Density:
    """Return `density` with the arrays that maximise the mean bound of the scores `used`. Training begins with its arrays.

    They are the arrays of the epoch in which the mean bound of the scores `held` is largest. By default a batch has `BATCH`
    scores, and there are `EPOCHS` epochs.
    """
    batch_size, epochs = batch_size or BATCH, epochs or EPOCHS
    arrays = _Weights(density.trained_arrays())
    model = _Training(arrays, density, used.scores.shape[1], seed)
    x, x_held = (np.concatenate(part, axis=1).astype("float32") for part in (used, held))
    batches = Batches(x, batch_size=batch_size, seed=seed, min_steps=LEAST_STEPS)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * len(batches))))
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    with bar(epochs, "Epochs of the sampler") as advance:
        begin = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: batches.begin(epoch), on_epoch_end=lambda epoch, logs: advance(1)
        )
        options = {"epochs": epochs, "callbacks": [begin, best], "shuffle": False, "verbose": 0}
        model.fit(batches, validation_data=Batches(x_held, batch_size=batch_size), **options)
    return dataclasses.replace(density, **arrays.mapped(ops.convert_to_numpy))


def two_layers(x, kernel, bias, kernel_out, bias_out, dropout=0.0, seed=None):
    """Return the outputs of a network with one hidden layer, whose activation is SiLU: (…, in) -> (…, out).

    `dropout` is the fraction of hidden units that are set to zero. The seed generator `seed` draws them.
    """
    hidden = ops.silu(ops.add(ops.matmul(x, kernel), bias))
    if dropout:
        hidden = keras.random.dropout(hidden, dropout, seed=seed)
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
