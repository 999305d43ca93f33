"""Spectral normalisation: layers whose kernels have a largest singular value of 1 (Miyato et al. 2018).

`keras.layers.SpectralNormalization` is not used. It assigns the normalised kernel to the kernel itself within the forward
pass. No gradient then passes through the norm, several calls in one step would change the kernel between them, and the
assignment is lost on JAX, where gradients are taken of a pure function of the kernels.
"""

import keras
from keras import layers, ops

from kvae.errors import UserError
from kvae.networks.convolutions import Conv2D

SMALLEST = 1e-12
"""A number that is added to norms, so that a kernel of zeros stays one."""


class _SpectralNormalization:
    """A mixin for layers with a kernel (…, F), which is used as a matrix W of F columns, divided by its norm σ(W).

        v ← unit(W u)     u ← unit(Wᵀ v)     σ = vᵀ W u

    Each call makes one step of this power iteration, whose u (F,) converges to the first right singular vector. Calls in
    training keep the new u. The gradient passes through σ and not through u and v (Miyato et al. 2018, algorithm 1).
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.u = self.add_weight(
            name="u",
            shape=(self.kernel.shape[-1],),
            initializer="ones",
            trainable=False,
            autocast=False,
        )

    def normalized_kernel(self, training: bool):
        """Return the kernel divided by the estimate of its largest singular value."""
        kernel = ops.convert_to_tensor(self.kernel)
        matrix = ops.reshape(ops.cast(kernel, self.u.dtype), (-1, kernel.shape[-1]))  # (…, F) -> (R, F)
        fixed = ops.stop_gradient(matrix)
        v = _unit(ops.matmul(fixed, self.u))  # (R,)
        u = _unit(ops.matmul(v, fixed))  # (F,)
        if training and self.trainable:
            self.u.assign(u)
        norm = ops.sum(v * ops.matmul(matrix, u))
        return kernel / ops.cast(norm + SMALLEST, kernel.dtype)

    # The dense layers and convolutions of Keras save kernel and bias alone.

    def save_own_variables(self, store):
        keras.Layer.save_own_variables(self, store)

    def load_own_variables(self, store):
        keras.Layer.load_own_variables(self, store)

    def call(self, inputs, training=None):
        h = self.product(inputs, self.normalized_kernel(training))
        h = h if self.bias is None else ops.add(h, self.bias)
        return h if self.activation is None else self.activation(h)


@keras.saving.register_keras_serializable("kvae")
class SpectralConv2D(_SpectralNormalization, Conv2D):
    """A convolution of channels-last maps with spectral normalisation. Its matrix has a column for each filter."""

    def build(self, input_shape):
        if self.data_format != "channels_last":
            raise UserError(f"Expected data_format='channels_last'. Received: data_format={self.data_format!r}.")
        super().build(input_shape)

    def product(self, inputs, kernel):
        """Return the convolution of the inputs with a kernel."""
        return self.convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable("kvae")
class SpectralDense(_SpectralNormalization, layers.Dense):
    """A dense layer with spectral normalisation."""

    def product(self, inputs, kernel):
        """Return the inputs times a kernel."""
        return ops.matmul(inputs, kernel)


def layers_with(normalization: str) -> tuple[type[Conv2D], type[layers.Dense], str]:
    """Return the classes of convolutions and dense layers, and the normalisation of their outputs.

    Args:
        normalization: "spectral" for layers with spectral normalisation, whose outputs are not normalised; otherwise
            that of the outputs, as in `kvae.networks.common.normalize`.
    """
    if normalization == "spectral":
        return SpectralConv2D, SpectralDense, "none"
    return Conv2D, layers.Dense, normalization


def _unit(vector):
    """Return a vector (D,) divided by its length."""
    return vector / (ops.sqrt(ops.sum(ops.square(vector))) + SMALLEST)
