"""Functions that return a built `keras.Model`. A model of this library takes nets and never makes them."""

from kvae.networks.conv import conv_decoder, conv_encoder
from kvae.networks.dense import mlp

__all__ = ["conv_decoder", "conv_encoder", "mlp"]
