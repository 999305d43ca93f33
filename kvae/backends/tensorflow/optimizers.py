"""The update of Adam, AdamW and SGD by TensorFlow's fused kernels, on the variables of a Keras optimizer.

A kernel reads and writes a weight and its moments once. Its formulas are those of Keras: Adam adds ε outside the correction
of the bias, and the moment of SGD holds the rate. The kernel of Adam rounds 1 − β₂ to 1.3e-5 of its value, so that a step
of a weight differs from that of Keras by 6e-6 of the step. Clipping, weight decay, averages and exclusions remain those of
Keras.
"""

import contextlib

import keras
import tensorflow as tf
from keras import ops

from kvae.backends.optimizers import replaced, updated_by


def _adam(optimizer, gradient, variable: tf.Variable, rate) -> None:
    index = optimizer._get_variable_index(variable)
    if optimizer.amsgrad or not isinstance(gradient, tf.Tensor):  # the kernel's AMSGrad has another formula
        type(optimizer).update_step(optimizer, gradient, variable, rate)
        return
    dtype = variable.dtype
    step = ops.cast(optimizer.iterations + 1, dtype)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[index].value.handle,
        v=optimizer._velocities[index].value.handle,
        beta1_power=tf.pow(tf.cast(optimizer.beta_1, dtype), step),
        beta2_power=tf.pow(tf.cast(optimizer.beta_2, dtype), step),
        lr=tf.cast(rate, dtype),
        beta1=tf.cast(optimizer.beta_1, dtype),
        beta2=tf.cast(optimizer.beta_2, dtype),
        epsilon=tf.cast(optimizer.epsilon, dtype),
        grad=tf.cast(gradient, dtype),
    )


def _sgd(optimizer, gradient, variable: tf.Variable, rate) -> None:
    if not isinstance(gradient, tf.Tensor):
        type(optimizer).update_step(optimizer, gradient, variable, rate)
        return
    dtype = variable.dtype
    weight, rate, gradient = variable.handle, tf.cast(rate, dtype), tf.cast(gradient, dtype)
    if not optimizer.momentum:
        tf.raw_ops.ResourceApplyGradientDescent(var=weight, alpha=rate, delta=gradient)
        return
    tf.raw_ops.ResourceApplyKerasMomentum(
        var=weight,
        accum=optimizer.momentums[optimizer._get_variable_index(variable)].value.handle,
        lr=rate,
        grad=gradient,
        momentum=tf.cast(optimizer.momentum, dtype),
        use_nesterov=optimizer.nesterov,
    )


_KERNELS = {keras.optimizers.Adam: _adam, keras.optimizers.SGD: _sgd}


@contextlib.contextmanager
def fused(optimizer: keras.optimizers.Optimizer):
    """Let `optimizer` use a fused kernel in this context, if there is one for its class and a single replica trains.

    Keras adds the gradients of all replicas in an operation with a gradient of its own, which TensorFlow registers for ever,
    together with the graph of the step. A single replica has nothing to add.
    """
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:  # each variable has a handle on each replica
        yield
        return
    with (
        replaced(optimizer, "_all_reduce_sum_gradients", lambda _, pairs: pairs),
        updated_by(_KERNELS, "update_step", optimizer),
    ):
        yield
