"""A Keras model whose training step is a round of phases."""

import inspect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from kvae.backends import Backend, compiled, gates_are_global
from kvae.backends.cached import cached
from kvae.errors import UserError
from kvae.training.optimizers import Optimizers
from kvae.training.phase import Phase
from kvae.upgrade import upgrade_arguments

LARGEST = 2**22
"""Numbers in the examples that are encoded or decoded at once: a convolutional net's maps take a hundred bytes for each."""


class Model(Backend, keras.Model):
    """Base of all models: `phases()` says how it learns; `fit`, callbacks and saving stay Keras' own.

    Every constructor argument is kept as an attribute of the same name, so the configuration is the signature.
    A subclass lists in `batch_spec` what one batch holds, ("x",) or ("x", "y"), and may extend `check`.
    """

    batch_spec: tuple[str, ...] = ("x",)

    stored_as: ClassVar[Mapping[str, str]] = {}
    """Attributes that hold constructor arguments, where their names differ: {argument: attribute}."""

    capabilities: frozenset[str] = frozenset()
    """What the model can do: names of `kvae.capabilities`."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True  # nets come built; there is nothing left to do at the first call

    def phases(self) -> Sequence[Phase]:
        """The round: its phases in order. Pure; called anew whenever a step is traced."""
        raise NotImplementedError

    # ------------------------------------------------------------------ the round

    def train_round(self, data):
        """One training step: every phase sees the weights that the phases before it moved."""
        batch = self._unpack(data)
        for phase in self.phases():
            variables, gated = phase.variables(), self._gated(phase)
            terms, gradients = self.gradients(lambda phase=phase: phase(batch, training=True), variables)
            for player, moved in variables.items():
                self.optimizer.apply_player(player, gradients[player], moved)
            for variable, before, gate in gated:
                variable.assign(ops.where(terms[gate] > 0, ops.convert_to_tensor(variable), before))
            self._report(terms, phase.batch(batch))
        self.optimizer.iterations.assign_add(1)
        return self.get_metrics_result()

    def test_round(self, data):
        """One validation step: the same losses, nothing moves."""
        batch = self._unpack(data)
        for phase in self.phases():
            self._report(phase(batch, training=False), phase.batch(batch))
        return self.get_metrics_result()

    def _gated(self, phase):
        """The whole state of the players that may sit out: (variable, value before the phase, the gate that decides)."""
        state = []
        for player, gate in phase.gates.items():
            layers, moments = phase.over[player], self.optimizer.players[player].variables
            variables = [*(variable for layer in layers for variable in layer.weights), *moments]
            state += [(variable, ops.copy(ops.convert_to_tensor(variable)), gate) for variable in variables]
        return state

    def _report(self, terms, batch):
        """Adds batch means to the epoch's means, weighted by the number of examples: a short batch counts for less."""
        examples = ops.shape(keras.tree.flatten(batch)[0])[0]
        for name, value in terms.items():
            self._monitors[name].update_state(value, sample_weight=examples)

    def _unpack(self, data):
        """Keras hands a step x, (x,), (x, y) or (x, y, weight); a phase sees x or (x, y)."""
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        _refuse_weights(sample_weight=weight)
        self.expect(y)
        # Run eagerly, TensorFlow is handed arrays, which a net of several inputs does not take beside tensors.
        return keras.tree.map_structure(ops.convert_to_tensor, x if y is None else (x, y))

    # ------------------------------------------------------------------ the door

    def check(self, x, y=None) -> None:
        """Raises `UserError` when data do not suit the model. A subclass adds its likelihood's range, its labels'."""
        self.expect(y)

    def expect(self, y=None) -> None:
        """Raises `UserError` unless there are labels exactly where the model takes them."""
        if y is not None and "y" not in self.batch_spec:
            raise UserError(
                f"Expected x alone: {type(self).__name__} takes neither labels nor targets. "
                "Received: y. Call fit(x), not fit(x, x)."
            )
        if y is None and "y" in self.batch_spec:
            raise UserError(f"Expected labels: {type(self).__name__} takes x and y. Received: y=None.")

    def fit(self, x=None, y=None, *args, validation_data=None, **kwargs):
        _refuse_weights(**{name: kwargs.get(name) for name in ("sample_weight", "class_weight")})
        self._examine(x, y)
        if validation_data is not None:
            self._examine(*keras.utils.unpack_x_y_sample_weight(validation_data)[:2])
        return super().fit(x, y, *args, validation_data=validation_data, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        if not kwargs.get("_use_cached_eval_dataset"):  # which `fit` has examined
            _refuse_weights(sample_weight=kwargs.get("sample_weight"))
            self._examine(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def _examine(self, x, y):
        """Checks arrays and tensors whole and, of a data set of batches, the first batch. A generator passes unseen."""
        if isinstance(x, np.ndarray | Mapping) or ops.is_tensor(x):
            as_arrays = keras.tree.map_structure(lambda v: ops.convert_to_numpy(v) if ops.is_tensor(v) else v, (x, y))
            self.check(*as_arrays)
        elif isinstance(x, keras.utils.PyDataset):
            self._examine(*keras.utils.unpack_x_y_sample_weight(x[0])[:2])
        elif isinstance(x, Iterable) and not isinstance(x, Iterator | list | tuple):  # tf.data, DataLoader, grain
            self._examine(*keras.utils.unpack_x_y_sample_weight(next(iter(x)))[:2])

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def batched(self, key: str, function, *arrays, batch_size: int = 256):
        """`function` of tensors over the rows of `arrays`, compiled once under `key`, in batches of bounded memory.

        Batches have `batch_size` rows, or fewer where a model's examples are large.
        """
        # TensorFlow cannot retrace one function with more inputs than it had.
        run = cached(self, f"{key} of {len(arrays)}", lambda: compiled(function, self.variables))
        first, *others = (np.asarray(array) for array in arrays)
        arrays = [first.astype("float32"), *others]  # labels stay what they are
        if len(first) == 0:
            raise UserError(f"Expected at least one row. Received: shape={first.shape}.")
        parts, batch_size = [], min(batch_size, max(1, LARGEST // math.prod(getattr(self, "data_shape", ()))))
        for start in range(0, len(first), batch_size):
            out = run(*(ops.convert_to_tensor(array[start : start + batch_size]) for array in arrays))
            parts.append(keras.tree.map_structure(ops.convert_to_numpy, out))
        return keras.tree.map_structure(lambda *chunks: np.concatenate(chunks), *parts)

    # ------------------------------------------------------------------ what Keras needs to know

    def compile(self, optimizer="adam", **kwargs):
        """Like `keras.Model.compile`; `optimizer` is one for all players (each gets its own copy) or {player: optimizer}.

        The losses belong to the model: `loss`, `metrics` and weights of either are not accepted.
        """
        for name in ("loss", "metrics", "loss_weights", "weighted_metrics"):
            if kwargs.get(name) is not None:
                raise UserError(
                    f"Expected no {name}: {type(self).__name__} brings its own objective. Received: {name}="
                    f"{kwargs[name]!r}. Its weights are arguments of the constructor."
                )
        if self.dtype_policy.name == "mixed_float16":
            raise UserError(
                "Expected the dtype policy float32 or mixed_bfloat16. Received: mixed_float16. "
                "Likelihoods of whole images overflow float16; use mixed_bfloat16, which needs no loss scaling."
            )
        players = self._players()
        if any(phase.gates for phase in self.phases()) and not gates_are_global():
            raise UserError(
                f"Expected one device on TensorFlow for {type(self).__name__}, whose players sit out by what each device "
                "sees. Received: several. Use --backend jax."
            )
        if not isinstance(optimizer, Optimizers):
            if not isinstance(optimizer, Mapping):
                one = keras.optimizers.get(optimizer)
                optimizer = {player: type(one).from_config(one.get_config()) for player in players}
            optimizer = Optimizers(optimizer)
        for player, each in optimizer.players.items():
            if each.loss_scale_factor or isinstance(each, keras.optimizers.LossScaleOptimizer):
                raise UserError(
                    f"Expected an optimizer without loss scaling: losses are in float32. Received: {each.name} for "
                    f"player {player!r}. Leave loss_scale_factor out."
                )
        optimizer.build(players)
        super().compile(optimizer=optimizer, auto_scale_loss=False, **kwargs)
        names = dict.fromkeys(name for phase in self.phases() for name in phase.loss.reports)
        # Behind a proxy, since Keras forbids a built model new state that it can see.
        self._monitors = MappingProxyType({name: keras.metrics.Mean(name=name) for name in names})

    def _players(self):
        players = {}
        for phase in self.phases():
            for player, variables in phase.variables().items():
                known = players.setdefault(player, variables)
                if [id(v) for v in known] != [id(v) for v in variables]:
                    raise ValueError(f"Expected player {player!r} to move the same layers in all phases.")
        return players

    @property
    def metrics(self):
        """One running mean per reported scalar. Metrics of nets inside (which may be models) are not ours."""
        return list(getattr(self, "_monitors", {}).values())

    def add_scalar(self, name: str, value: float) -> keras.Variable:
        """A number that may change during training without recompiling, such as β or a temperature."""
        return self.add_weight(name=name, shape=(), initializer=keras.initializers.Constant(value), trainable=False)

    # ------------------------------------------------------------------ saving

    def get_config(self):
        names = [p for p in inspect.signature(type(self).__init__).parameters if p not in ("self", "kwargs")]
        values = {name: getattr(self, self.stored_as.get(name, name)) for name in names}
        values = {
            name: float(ops.convert_to_numpy(v)) if isinstance(v, keras.Variable) else v for name, v in values.items()
        }
        return {
            **super().get_config(),
            **{name: keras.saving.serialize_keras_object(value) for name, value in values.items()},
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = upgrade_arguments(keras.saving.get_registered_name(cls), config)
        return cls(**{k: keras.saving.deserialize_keras_object(v, custom_objects) for k, v in config.items()})

    def get_compile_config(self):
        if not self.compiled:
            return None
        return {
            "optimizer": keras.saving.serialize_keras_object(self.optimizer),
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        # Whether to compile is decided anew where the model is loaded: what a GPU's TensorFlow likes, a CPU's does not.
        self.compile(
            keras.saving.deserialize_keras_object(config["optimizer"]),
            steps_per_execution=config.get("steps_per_execution", 1),
        )


def _refuse_weights(**weights):
    for name, value in weights.items():
        if value is not None:
            raise UserError(
                "Expected examples without weights: an objective averages over its batch. "
                f"Received: {name}. Draw the examples in the proportions you want instead."
            )
