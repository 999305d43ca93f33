"""The convolutions of Keras, computed in the form that is fastest on the backend.

Weights, configuration and results are those of Keras' layers. `conv` and `conv_transpose` of `kvae.backends` are the forms.
`python -m benchmarks.layers` compares each layer with that of Keras. Layers with dilation, groups, output padding or
channels first are computed by Keras.
"""

import keras
from keras import layers, ops

from kvae.backends import conv, conv_transpose


@keras.saving.register_keras_serializable("kvae")
class Conv2D(layers.Conv2D):
    """A `keras.layers.Conv2D` that is computed in the form that is fastest on the backend."""

    def convolution_op(self, inputs, kernel):
        if (self.data_format, self.dilation_rate, self.groups) != ("channels_last", (1, 1), 1):
            return super().convolution_op(inputs, kernel)
        return conv(inputs, ops.convert_to_tensor(kernel), self.strides, self.padding)


@keras.saving.register_keras_serializable("kvae")
class Conv2DTranspose(layers.Conv2DTranspose):
    """A `keras.layers.Conv2DTranspose` that is computed in the form that is fastest on the backend."""

    def call(self, inputs):
        if (self.data_format, self.dilation_rate, self.output_padding) != ("channels_last", (1, 1), None):
            return super().call(inputs)
        x = conv_transpose(inputs, ops.convert_to_tensor(self.kernel), self.strides, self.padding)
        x = ops.add(x, self.bias) if self.use_bias else x
        return x if self.activation is None else self.activation(x)
