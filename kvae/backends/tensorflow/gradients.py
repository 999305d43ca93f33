"""Gradients on TensorFlow, and Keras' hooks, which call the training step `train_round` in `kvae/training/model.py`.

TensorFlow traces a round into one graph, which assigns variables in place. This has four consequences:

1. One gradient tape records the forward pass of a phase and is read once for each player.
2. A graph starts every operation whose inputs are available. Without control dependencies the forward passes of all phases
   would start together, and memory would hold the activations of all of them. Each phase therefore waits for the
   assignments of the phase before it, and the gradients of each player wait for the gradients of the player before it.
3. Each replica computes the mean over its part of the batch, and Keras adds the gradients of the replicas. Gradients are
   divided by the number of replicas, which makes the sum the gradient of the mean over the whole batch.
4. TensorFlow returns None for the gradient of an unconnected variable, JAX returns zero. kvae uses zero on all backends, so
   that the moments of Adam are the same.
"""

import itertools

import tensorflow as tf
from keras.src.backend.tensorflow.trainer import reduce_per_replica
from tensorflow.python.eager import context

from kvae.backends.calls import last_of
from kvae.backends.tensorflow.optimizers import fused


class Backend:
    """The mixin that gives a model the training and validation step of Keras and the gradients of its players.

    TensorFlow caches a kernel for each name of a variable, and Keras gives each layer a name of its own. The kernels of
    former models, about 1 MB for each, are therefore removed before a model is built.
    """

    def __init__(self, *args, **kwargs):
        context.context().clear_kernel_cache()
        super().__init__(*args, **kwargs)

    def callbacks_of_fit(self, callbacks):
        """Return the callbacks of `fit`. Keras may call them in a thread of their own while the next step runs."""
        return callbacks

    @property
    def loads_in_training_thread(self) -> bool:
        """True on a CPU. On a GPU, and with several replicas, `tf.data` loads batches while a step runs."""
        on_gpu = bool(tf.config.list_physical_devices("GPU"))
        return not on_gpu and self.distribute_strategy.num_replicas_in_sync == 1

    def train_step(self, data):
        return self.train_round(data)

    def test_step(self, data):
        return self.test_round(data)

    def _make_function(self, step_function):
        """Return the function that Keras calls with an iterator over batches. It runs `steps_per_execution` rounds."""

        def one_round(batch):
            outputs = self.distribute_strategy.run(step_function, args=(batch,))
            return reduce_per_replica(outputs, self.distribute_strategy, "auto")

        if not self.run_eagerly:
            one_round = tf.function(one_round, autograph=False, reduce_retracing=True, jit_compile=self.jit_compile)
        return lambda batches: last_of(self, map(one_round, itertools.islice(batches, self.steps_per_execution)))

    def gradients(self, loss, variables):
        """Run `loss()` once; return its terms and, for each player, d terms[player] / d variables[player]."""
        assigned = [v.value.read_value() for group in variables.values() for v in group]
        with tf.control_dependencies([tf.group(assigned)]), tf.GradientTape(persistent=len(variables) > 1) as tape:
            terms = loss()
        share = 1 / tf.distribute.get_strategy().num_replicas_in_sync
        zeros = tf.UnconnectedGradients.ZERO
        gradients, found = {}, ()
        for player, group in variables.items():
            with tf.control_dependencies(found):
                found = tape.gradient(terms[player], [v.value for v in group], unconnected_gradients=zeros)
            gradients[player] = found
        if share < 1:
            gradients = {player: [g * tf.cast(share, g.dtype) for g in found] for player, found in gradients.items()}
        return terms, gradients


def apply_gradients(optimizer, gradients, variables):
    """Update `variables` with their gradients by a Keras optimizer, with a fused kernel if there is one."""
    with fused(optimizer):
        optimizer.apply(gradients, variables)


def input_gradient(function, x):
    """Return the gradient of Σ function(x) by x, in the shape of x. A loss that contains it can be differentiated.

    `function` must not assign variables (`kvae.models.base.factors.stateless`).
    """
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x))
    return tape.gradient(total, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
