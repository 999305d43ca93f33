"""Functions with which several models call their networks, and compute their posteriors and likelihoods."""

import keras
from keras import ops
from keras.src.backend import in_stateless_scope


def layers_of(*parts) -> list[keras.Layer]:
    """Return the parts that are Keras layers: networks, and families of posteriors and priors that have weights."""
    return [part for part in parts if isinstance(part, keras.Layer)]


def copied(net: keras.Model) -> keras.Model:
    """Return a network of the same architecture with copies of the weights.

    In a stateless scope, in which weights may have a shape and no values (`kvae.loading.size`), nothing is copied.
    """
    copy = keras.models.clone_model(net)
    if not in_stateless_scope():
        copy.set_weights(net.get_weights())
    return copy


def stateless(net: keras.Model, inputs, training: bool = False, frozen: bool = False):
    """Return the outputs of a network, without assigning its batch statistics.

    Args:
        net: the network.
        inputs: its inputs.
        training: True for the mode of training.
        frozen: True to let no gradient reach the weights. It then reaches the inputs only.
    """
    weights = [variable.value for variable in net.trainable_variables]
    weights = [ops.stop_gradient(value) for value in weights] if frozen else weights
    outputs, _ = net.stateless_call(weights, [v.value for v in net.non_trainable_variables], inputs, training=training)
    return outputs


def observe(likelihood, decoder, z, training: bool = False):
    """Return p(x|z) for latent codes z of shape (…, B, *latent).

    Leading axes are folded into the batch, so that K samples for each of B examples take one call of the decoder.
    """
    latent = tuple(decoder.input_shape[1:])
    if len(z.shape) == 1 + len(latent):
        return likelihood(decoder(z, training=training), training=training)
    leading = ops.shape(z)[: -len(latent)]  # (…, B)
    # (…, B, *latent) -> (… · B, *latent) -> (… · B, *h) -> (…, B, *h)
    h = decoder(ops.reshape(z, (-1, *latent)), training=training)
    return likelihood(ops.reshape(h, (*leading, *h.shape[1:])), batch_axes=len(leading), training=training)


def conditioned(x, labels, *y):
    """Return the inputs of a network: x, or [x, y encoded by the label specification `labels`] if y is given."""
    return [x, *map(labels.encode, y)] if y else x


def concat_condition(z, labels, *y, axes: int = 1):
    """Return latent codes z (…, B, *latent) and encoded labels, concatenated along the last axis. Without y return z.

    The encoded labels (B, A) are repeated over the leading axes of z, and over the places of a spatial code.

    Args:
        z: latent codes.
        labels: the label specification.
        y: one argument, the labels of the B examples, or none.
        axes: number of axes of one latent code.
    """
    if not y:
        return z
    features = labels.encode(*y)  # (B, A)
    features = ops.reshape(features, (-1, *(1,) * (axes - 1), features.shape[-1]))
    features = ops.cast(features, z.dtype) + ops.zeros_like(z[..., :1])  # (B, 1, A) + (…, B, h, 1) -> (…, B, h, A)
    return ops.concatenate([z, features], axis=-1)
