"""A Keras model whose training step is a round of phases."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from keras import ops

from kvae.backends import Backend, compiled, gates_are_global
from kvae.backends.arrays import as_array
from kvae.backends.cached import cached
from kvae.distributions.checks import check_weight
from kvae.errors import UserError
from kvae.training.arguments import ArgumentsAsConfiguration
from kvae.training.containers import only, without_weights
from kvae.training.data_methods import DataMethods
from kvae.training.keras_model import KerasModel
from kvae.training.optimizers import Optimizers
from kvae.training.penalties import Penalties
from kvae.training.phase import Phase
from kvae.training.seeds import own_seeds

MAX_VALUES = 2**22
"""Maximum number of values of x (batch size × values per example) that `batched` passes to the function at once.

Feature maps need about 100 bytes per value.
"""


class Model(Backend, ArgumentsAsConfiguration, DataMethods, KerasModel):
    """The base class of all models. A subclass needs a constructor and `loss_terms`. Everything else is as in Keras.

    The constructor takes networks that are built, and keeps every argument in an attribute of the same name.
    `loss_terms(batch, training)` returns {"loss": …}, or the scalars that it declares with `reports`, for a batch x or
    (x, y). By default one player, "loss", trains all networks. A model with several players or phases overrides `phases`.

    Example:
        >>> from kvae.networks import mlp
        >>> class Regression(Model):
        ...     batch_spec = ("x", "y")
        ...     def __init__(self, net, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.net = net
        ...     def loss_terms(self, batch, training):
        ...         x, y = batch
        ...         return {"loss": ops.mean(ops.square(self.net(x, training=training) - y))}
        >>> model = Regression(mlp((3,), 1))
        >>> model.compile("adam")
        >>> history = model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    """

    batch_spec: tuple[str, ...] = ("x",)
    """Contents of a batch: ("x",), or ("x", "y") if the model takes labels."""

    capabilities: frozenset[str] = frozenset()
    """Names of `kvae.capabilities` that say what the model can do."""

    _monitors: Mapping[str, keras.metrics.Mean] = MappingProxyType({})

    def __init__(self, **kwargs):
        # Networks may compute in bfloat16. The model converts no data for them, because each layer does so.
        super().__init__(**{"dtype": keras.config.dtype_policy().variable_dtype, **kwargs})
        self.built = True  # the networks that the constructor takes are built, so Keras has nothing to build

    def __repr__(self):
        facts = {"data_shape": self.data_shape, **self.described()}
        listed = ", ".join(f"{name}={value}" for name, value in facts.items())
        return f"<{type(self).__name__} {listed}, {self.count_params():,} parameters>"

    def described(self) -> dict[str, Any]:
        """Return facts by name that `repr` shows."""
        return {}

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of one x; () if the model does not know it."""
        return ()

    @property
    def precision(self) -> str:
        """The precision of the networks: "bfloat16" if one of their layers computes in it, otherwise that of the weights."""
        computed = {layer.compute_dtype for layer in self._flatten_layers()}
        return "bfloat16" if "bfloat16" in computed else self.variable_dtype

    def loss_terms(self, batch, training: bool) -> dict[str, Any]:
        """Return the loss of a batch and the further scalars that `reports` declares."""
        raise NotImplementedError

    def phases(self) -> Sequence[Phase]:
        """Return the phases of a round, in order.

        The method must have no side effects, because it is called several times. By default one player, "loss", trains all
        networks to minimise the "loss" of `loss_terms`.
        """
        return (Phase(self.loss_terms, over={"loss": list(self.networks().values())}),)

    def add_scalar(self, name: str, value: float) -> keras.Variable:
        """Return a new scalar variable, such as β, whose value may change during training without compiling again.

        Raises `UserError` unless `value` is a finite number of at least 0.
        """
        check_weight(value, name)
        return self.add_weight(name=name, shape=(), initializer=keras.initializers.Constant(value), trainable=False)

    @property
    def scalars(self) -> dict[str, keras.Variable]:
        """The scalar variables that may change during training, by the names of their attributes."""
        variables = {name: value for name, value in vars(self).items() if isinstance(value, keras.Variable)}
        return {name: value for name, value in variables.items() if value.shape == () and not value.trainable}

    # ------------------------------------------------------------------ the round

    def train_round(self, data) -> dict[str, Any]:
        """Train on one batch: run the phases in order, each with the weights that the phases before it assigned."""
        batch = self.unpack(data)
        for phase in self.phases():
            variables, gated = phase.variables(), self._gated(phase)
            terms, gradients = self.gradients(lambda phase=phase: self._terms(phase, batch, training=True), variables)
            self.optimizer.apply_phase(phase.balanced(gradients, variables), variables)
            for variable, before, gate in gated:
                variable.assign(ops.where(terms[gate] > 0, ops.convert_to_tensor(variable), before))
            self.report(terms, phase.batch(batch))
        self.end_round()
        self.optimizer.iterations.assign_add(1)
        return self.get_metrics_result()

    def end_round(self) -> None:
        """Update state that no player trains, such as averages of weights. `train_round` calls it after the phases."""

    def test_round(self, data) -> dict[str, Any]:
        """Validate on one batch: compute the same losses without training."""
        batch = self.unpack(data)
        for phase in self.phases():
            self.report(self._terms(phase, batch, training=False), phase.batch(batch))
        return self.get_metrics_result()

    def _terms(self, phase: Phase, batch, training: bool) -> dict[str, Any]:
        """Return the terms of a phase, with the penalties of each player's layers added to the term that it minimises."""
        key = "penalties", *((player, *map(id, layers)) for player, layers in phase.over.items())
        penalties = cached(self, key, lambda: Penalties(phase.over))
        return penalties.added_to(lambda: phase(batch, training=training))

    def _gated(self, phase: Phase) -> list[tuple]:
        """Return the whole state of the players with gates, as triples (variable, value before the phase, name of the gate).

        The values are copies. The weights and moments of a player with a gate therefore take twice the memory during its
        phase.
        """
        state = []
        for player, gate in phase.gates.items():
            layers, moments = phase.over[player], self.optimizer.players[player].variables
            variables = [*(variable for layer in layers for variable in layer.weights), *moments]
            state += [(variable, ops.copy(ops.convert_to_tensor(variable)), gate) for variable in variables]
        return state

    def report(self, terms: Mapping[str, Any], batch) -> None:
        """Add the scalars of a batch to their means over the epoch, weighted by the number of examples in the batch."""
        examples = ops.shape(keras.tree.flatten(batch)[0])[0]
        for name, value in terms.items():
            self._monitors[name].update_state(value, sample_weight=examples)

    def unpack(self, data):
        """Return the batch that phases take, x or (x, y). Keras passes `data` as x, (x,), (x, y) or (x, y, weight).

        x becomes a tensor of the model's type of variables, and so does y unless it holds integers.
        """
        x, y = without_weights(data)
        self.check_batch_spec(y)
        x = keras.tree.map_structure(lambda value: ops.cast(value, self.variable_dtype), only(x))
        return x if y is None else (x, keras.tree.map_structure(self.as_tensor, only(y, "y")))

    def as_tensor(self, value):
        """Return an array or a tensor as a tensor. Floats become the model's type of variables."""
        tensor = ops.convert_to_tensor(value)
        return ops.cast(tensor, self.variable_dtype) if keras.backend.is_float_dtype(tensor.dtype) else tensor

    # ------------------------------------------------------------------ validation of data

    def check(self, x, y=None) -> None:
        """Raise `UserError` if data do not suit the model. A subclass also checks the ranges of x and of the labels."""
        self.check_batch_spec(y)

    def check_batch_spec(self, y=None) -> None:
        """Raise `UserError` if y is given to a model that takes no labels, or missing for a model that takes labels."""
        if y is not None and "y" not in self.batch_spec:
            raise UserError(
                f"Expected x alone: {type(self).__name__} takes neither labels nor targets. "
                "Received: y. Call fit(x), not fit(x, x)."
            )
        if y is None and "y" in self.batch_spec:
            raise UserError(f"Expected labels: {type(self).__name__} takes x and y. Received: y=None.")

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def batched(self, key: str, function, *arrays, batch_size: int = 256):
        """Return `function` of the rows of `arrays`, computed in batches and concatenated.

        `function` takes and returns tensors. It is compiled once, and the compiled function is kept under `key`. Batches
        have `batch_size` rows, or fewer if examples are large (`MAX_VALUES`).
        """
        # TensorFlow cannot retrace a function with more inputs than it had at first.
        run = cached(self, f"{key} of {len(arrays)}", lambda: compiled(self._in_own_type(function), self.variables))
        first, *others = (as_array(array) for array in arrays)
        arrays = [first.astype("float32"), *others]  # labels keep their type
        if len(first) == 0:
            raise UserError(f"Expected at least one row. Received: shape={first.shape}.")
        batch_size = min(batch_size, max(1, MAX_VALUES // math.prod(self.data_shape)))
        parts = []
        for start in range(0, len(first), batch_size):
            out = run(*(ops.convert_to_tensor(array[start : start + batch_size]) for array in arrays))
            parts.append(keras.tree.map_structure(ops.convert_to_numpy, out))
        return keras.tree.map_structure(lambda *chunks: np.concatenate(chunks), *parts)

    def _in_own_type(self, function):
        """Return `function` with floats in the model's type of variables, also where networks compute in bfloat16."""
        return lambda *tensors: keras.tree.map_structure(self.as_tensor, function(*tensors))

    def export(self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs):
        """Export `call` as `keras.Model.export` does. The signature is by default that of the model's data."""
        return super().export(filepath, format, verbose, input_signature or self.signature(), **kwargs)

    def signature(self) -> list | None:
        """Return the shape and the type of the argument of `call` for any batch size; None if the shape is unknown."""
        return [keras.InputSpec(self.variable_dtype, (None, *self.data_shape))] if self.data_shape else None

    # ------------------------------------------------------------------ compilation

    def compile(self, optimizer="adam", **kwargs) -> None:
        """Compile the model as `keras.Model.compile` does.

        Args:
            optimizer: an optimizer, of which each player gets a copy, or {player: optimizer}.
            kwargs: the other arguments of `keras.Model.compile`, without `loss`, `metrics` and their weights. A model
                defines its losses itself.
        """
        for name in ("loss", "metrics", "loss_weights", "weighted_metrics"):
            if kwargs.get(name) is not None:
                raise UserError(
                    f"Expected no {name}: {type(self).__name__} has its own objective. Received: {name}="
                    f"{kwargs[name]!r}. Its weights are arguments of the constructor."
                )
        self._check_precision()
        players = self._players()
        if any(phase.gates for phase in self.phases()) and not gates_are_global():
            raise UserError(
                f"Expected one device on TensorFlow for {type(self).__name__}, because each device would compute its own "
                "gate. Received: several devices. Use --backend jax."
            )
        own_seeds(self)
        optimizer = Optimizers.of(optimizer, list(players))
        optimizer.build(players)
        super().compile(optimizer=optimizer, auto_scale_loss=False, **kwargs)
        names = dict.fromkeys(name for phase in self.phases() for name in phase.reports)
        # Keras does not allow a built model to track new state, and it tracks a dict but not this proxy of one.
        self._monitors = MappingProxyType({name: keras.metrics.Mean(name=name) for name in names})

    def _check_precision(self) -> None:
        """Raise `UserError` if a network computes in float16, or if variables have fewer than 32 bits."""
        policies = [net.dtype_policy for net in (self, *self.networks().values())]
        computed = {policy.compute_dtype for policy in policies}
        stored = {keras.config.floatx(), *(policy.variable_dtype for policy in policies)}
        if half := sorted((computed & {"float16"}) | (stored & {"float16", "bfloat16"})):
            raise UserError(
                "Expected the dtype policy float32, mixed_bfloat16 or float64. "
                f"Received: a policy with values in {half[0]}. Likelihoods of whole images overflow "
                "float16, and steps vanish in weights of 16 bits. Use mixed_bfloat16, which needs no loss scaling."
            )

    def _players(self) -> dict[str, list[keras.Variable]]:
        """Return the variables that each player of any phase trains."""
        players = {}
        for phase in self.phases():
            for player, variables in phase.variables().items():
                known = players.setdefault(player, variables)
                if [id(v) for v in known] != [id(v) for v in variables]:
                    raise ValueError(f"Expected player {player!r} to train the same layers in all phases.")
        return players

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """One running mean per reported scalar. Metrics of networks, which may be Keras models, are left out."""
        return list(self._monitors.values())

    def get_compile_config(self) -> dict[str, Any] | None:
        if not self.compiled:
            return None
        return {
            "optimizer": keras.saving.serialize_keras_object(self.optimizer),
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        # `jit_compile` is not restored: the best choice depends on the machine that loads the model.
        self.compile(
            keras.saving.deserialize_keras_object(config["optimizer"]),
            steps_per_execution=config.get("steps_per_execution", 1),
        )
