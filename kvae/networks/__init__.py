"""Functions that return a built `keras.Model`. A model of this library takes nets and never makes them."""

from kvae.networks.conv import conv_decoder, conv_encoder
from kvae.networks.dense import mlp
from kvae.networks.resampling import StridedConv2D, StridedConv2DTranspose

__all__ = ["StridedConv2D", "StridedConv2DTranspose", "conv_decoder", "conv_encoder", "mlp"]
