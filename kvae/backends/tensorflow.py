"""TensorFlow: one tape per phase, read once per player."""

import contextlib
import contextvars
import functools

import tensorflow as tf

from kvae.errors import UserError


class Backend:
    def train_step(self, data):
        return self.train_round(data)

    def test_step(self, data):
        return self.test_round(data)

    def gradients(self, loss, variables):
        """Runs `loss()` once; returns its terms and, for each player, d terms[player] / d variables[player]."""
        # A graph begins all that it can: the activations of every phase at once, where memory for one's is enough.
        moved = [v.value.read_value() for group in variables.values() for v in group]
        with tf.control_dependencies([tf.group(moved)]), tf.GradientTape(persistent=len(variables) > 1) as tape:
            terms = loss()
        # Each replica has a part of the batch, and Keras adds up what they find: a mean of means divides by their number.
        share = 1 / tf.distribute.get_strategy().num_replicas_in_sync
        # An unconnected gradient is None here and zeros on JAX: zeros everywhere, or Adam's moments would differ.
        zeros = tf.UnconnectedGradients.ZERO
        gradients, found = {}, ()
        for player, group in variables.items():
            with tf.control_dependencies(found):
                found = tape.gradient(terms[player], [v.value for v in group], unconnected_gradients=zeros)
            gradients[player] = found
        if share < 1:
            gradients = {player: [g * tf.cast(share, g.dtype) for g in found] for player, found in gradients.items()}
        return terms, gradients


@functools.cache
def _xla() -> bool:
    """XLA pays on accelerators; on the CPU it made decoding three times slower."""
    return bool(tf.config.list_physical_devices("GPU"))


_compiling = contextvars.ContextVar("compiling", default=False)


def compiled(function, variables):
    """`function(*tensors)` as a graph, which reads and moves `variables` in place."""

    def traced(*inputs):
        token = _compiling.set(True)
        try:
            return function(*inputs)
        finally:
            _compiling.reset(token)

    return tf.function(traced, autograph=False, reduce_retracing=True, jit_compile=_xla())


def fused(function):
    """`function()`, arithmetic of large tensors that it closes over, by XLA within what is `compiled`: there alone the time
    to compile is known to pay. TensorFlow's own graph reads and writes all values once for every operation."""
    return tf.function(function, autograph=False, jit_compile=True)() if _compiling.get() else function()


@contextlib.contextmanager
def devices(count: int, cluster=None):
    """Models that are built inside learn on `count` devices (`tf.distribute.MirroredStrategy`): GPUs, or else processors.

    Every replica draws the same noise for its part of the batch.
    """
    if cluster is not None:
        raise UserError(
            "Expected one process on TensorFlow, whose MultiWorkerMirroredStrategy fails inside Keras 3.15. "
            "Received: cluster. Use --backend jax."
        )
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    if kind == "CPU":
        with contextlib.suppress(RuntimeError):  # TensorFlow already runs on what there is
            parts = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
            tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    here = tf.config.list_logical_devices(kind)
    if len(here) < count:
        raise UserError(
            f"Expected at most {len(here)} devices, which TensorFlow runs on. Received: devices={count}. "
            "Ask for them before anything else uses TensorFlow, or ask for fewer."
        )
    with tf.distribute.MirroredStrategy([device.name for device in here[:count]]).scope():
        yield


def shard() -> tuple[int, int, int]:
    """What divides the size of a batch, which part of it is this process', and of how many parts."""
    return tf.distribute.get_strategy().num_replicas_in_sync, 0, 1


compilation_cache = contextlib.nullcontext  # Traced graphs are a model's own.


def gates_are_global() -> bool:
    """Whether a player sits out on all devices or on none."""
    return tf.distribute.get_strategy().num_replicas_in_sync == 1  # each decides by its own part of the batch


def slow_strided_convolutions() -> bool:
    """Whether gradients of strided and transposed convolutions cost several times those of plain ones."""
    return False


def softplus(x):
    """log(1 + eˣ)."""
    return tf.math.softplus(x)


def batch_norm(x, gamma, beta, mean, variance, epsilon: float):
    """γ (x − μ) / √(σ² + ε) + β over the last axis, with the statistics that were used: the given ones, or the batch's."""
    learns = mean is None
    h = x if len(x.shape) == 4 else tf.reshape(x, (-1, 1, 1, x.shape[-1]))
    seen = (tf.zeros(0), tf.zeros(0)) if learns else (mean, variance)
    scale, offset, *seen = (tf.convert_to_tensor(v) for v in (gamma, beta, *seen))
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=h, scale=scale, offset=offset, mean=seen[0], variance=seen[1], epsilon=epsilon, is_training=learns
    )
    if learns:  # the kernel's variance is the unbiased one, by n − 1
        n = tf.cast(tf.size(h) // h.shape[-1], variance.dtype)
        variance = variance * (n - 1) / n
    return tf.reshape(y, tf.shape(x)), tf.stop_gradient(mean), tf.stop_gradient(variance)
