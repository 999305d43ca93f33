"""JAX: the whole round runs in a scope that maps variables to traced values."""

import contextlib
import tempfile

import jax
import keras
from jax.experimental.compilation_cache import compilation_cache as xla_cache

from kvae.errors import UserError


class Backend:
    def train_step(self, state, data):
        return self._in_scope(self.train_round, self._variable_groups(), state, data)

    def test_step(self, state, data):
        trainable, non_trainable, _, metrics = self._variable_groups()
        return self._in_scope(self.test_round, (trainable, non_trainable, metrics), state, data)

    def _variable_groups(self):
        """The order in which the Keras trainer hands over its state."""
        return (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )

    def _in_scope(self, function, groups, state, data):
        pairs = [pair for group, values in zip(groups, state, strict=True) for pair in zip(group, values, strict=True)]
        with keras.StatelessScope(pairs) as scope:
            logs = function(data)
        return logs, tuple([scope.get_current_value(variable) for variable in group] for group in groups)

    def gradients(self, loss, variables):
        """Runs `loss()` once; returns its terms and, for each player, d terms[player] / d variables[player].

        One vector-Jacobian product per player, at the one forward pass that they share. What the forward pass
        assigns (batch statistics, seeds) leaves the differentiated function as an output and is assigned outside.
        """
        moving = {id(variable) for group in variables.values() for variable in group}
        fixed = [v for group in self._variable_groups() for v in group if id(v) not in moving]
        fixed_pairs = [(variable, variable.value) for variable in fixed]

        def run(values):
            pairs = [pair for player, group in variables.items() for pair in zip(group, values[player], strict=True)]
            with keras.StatelessScope(fixed_pairs + pairs) as scope:
                terms = loss()
            return {player: terms[player] for player in variables}, (
                terms,
                [scope.get_current_value(v) for v in fixed],
            )

        values = {player: [variable.value for variable in group] for player, group in variables.items()}
        losses, pullback, (terms, updates) = jax.vjp(run, values, has_aux=True)
        for variable, before, after in zip(fixed, [value for _, value in fixed_pairs], updates, strict=True):
            if after is not before:
                variable.assign(after)
        zeros = jax.tree.map(jax.numpy.zeros_like, losses)
        ones = jax.tree.map(jax.numpy.ones_like, losses)
        return terms, {player: pullback({**zeros, player: ones[player]})[0][player] for player in variables}


def compiled(function, variables):
    """`function(*tensors)`, jitted. `variables` are those that it may read (weights) or move (seeds)."""

    @jax.jit
    def run(values, *inputs):
        with keras.StatelessScope(list(zip(variables, values, strict=True))) as scope:
            outputs = function(*inputs)
        after = [scope.get_current_value(variable) for variable in variables]
        moved = {i: new for i, (old, new) in enumerate(zip(values, after, strict=True)) if new is not old}
        return outputs, moved

    def call(*inputs):
        outputs, moved = run([variable.value for variable in variables], *inputs)
        for i, value in moved.items():
            variables[i].assign(value)
        return outputs

    return call


def fused(function):
    """`function()`. Whatever is jitted is in as few passes as XLA finds."""
    return function()


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Models that are built inside learn on `count` devices of each process: one batch, shared (`keras.distribution`)."""
    with contextlib.suppress(RuntimeError):  # JAX already runs on what there is
        jax.config.update("jax_num_cpu_devices", count)
    if cluster is not None:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        keras.distribution.initialize(cluster.address, cluster.processes, cluster.process)
    here = jax.local_devices()
    if len(here) < count:
        raise UserError(
            f"Expected at most {len(here)} devices, which JAX runs on. Received: devices={count}. "
            "Ask for them before anything else uses JAX, or ask for fewer."
        )
    chosen = [device for process in range(jax.process_count()) for device in jax.local_devices(process)[:count]]
    names = [f"{device.platform}:{device.id}" for device in chosen]
    with keras.distribution.DataParallel(devices=names, auto_shard_dataset=False).scope():
        yield


def shard() -> tuple[int, int, int]:
    """What divides the size of a batch, which part of it is this process', and of how many parts."""
    distribution = keras.distribution.distribution()
    if distribution is None:
        return 1, 0, 1
    return distribution.device_mesh.devices.size, jax.process_index(), jax.process_count()


@contextlib.contextmanager
def compilation_cache():
    """XLA's cache in a temporary folder, unless the user has set one: compiling is half the time of a short training."""
    if jax.config.jax_compilation_cache_dir:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kvae-") as folder:
        try:
            _cache_in(folder)
            yield
        finally:
            _cache_in(None)


def _cache_in(folder: str | None) -> None:
    jax.config.update("jax_compilation_cache_dir", folder)
    xla_cache.reset_cache()  # whether there is one is decided when something is first compiled


def gates_are_global() -> bool:
    """Whether a player sits out on all devices or on none."""
    return True


def slow_strided_convolutions() -> bool:
    """Whether gradients of strided and transposed convolutions cost several times those of plain ones: XLA on a CPU."""
    return jax.default_backend() == "cpu"


def softplus(x):
    """log(1 + eˣ). JAX' own, by `logaddexp`, is slower on a CPU; past 80 it is x in every float."""
    return jax.numpy.log1p(jax.numpy.exp(jax.numpy.minimum(x, 80))) + jax.nn.relu(x - 80)


batch_norm = None  # XLA fuses what Keras composes.
