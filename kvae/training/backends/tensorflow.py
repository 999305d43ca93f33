"""TensorFlow: one tape per phase, read once per player."""

import functools

import tensorflow as tf


class Backend:
    def train_step(self, data):
        return self.train_round(data)

    def test_step(self, data):
        return self.test_round(data)

    def gradients(self, loss, variables):
        """Runs `loss()` once; returns its terms and, for each player, d terms[player] / d variables[player]."""
        with tf.GradientTape(persistent=len(variables) > 1) as tape:
            terms = loss()
        # An unconnected gradient is None here and zeros on JAX: zeros everywhere, or Adam's moments would differ.
        zeros = tf.UnconnectedGradients.ZERO
        return terms, {
            player: tape.gradient(terms[player], [v.value for v in group], unconnected_gradients=zeros)
            for player, group in variables.items()
        }


@functools.cache
def _xla() -> bool:
    """XLA pays on accelerators; on the CPU it made decoding three times slower."""
    return bool(tf.config.list_physical_devices("GPU"))


def compiled(function, variables):
    """`function(*tensors)` as a graph, which reads and moves `variables` in place."""
    return tf.function(function, autograph=False, reduce_retracing=True, jit_compile=_xla())


def slow_strided_convolutions() -> bool:
    """Whether gradients of strided and transposed convolutions cost several times those of plain ones."""
    return False


def softplus(x):
    """log(1 + eˣ)."""
    return tf.math.softplus(x)
