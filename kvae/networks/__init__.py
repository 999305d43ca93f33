"""Networks that the models take as arguments: functions that return a built `keras.Model`, and layers with weights.

A layer with weights that a model needs besides its networks, such as the codebook of a VQ-VAE, belongs here too.
"""

from kvae.networks.augmentation import RandomSmoothing
from kvae.networks.autoregressive import MaskedDense, made
from kvae.networks.classifier import conv_classifier
from kvae.networks.conv import conv_decoder, conv_encoder
from kvae.networks.convolutions import Conv2D, Conv2DTranspose
from kvae.networks.creswell import creswell_decoder, creswell_discriminator, creswell_encoder
from kvae.networks.csvae import fixed_label_prior, residual_posterior
from kvae.networks.dense import mlp
from kvae.networks.features import (
    IMAGENET_WEIGHTS,
    feature_maps,
    imagenet_features,
    imagenet_weights,
    penultimate,
    vgg19_features,
)
from kvae.networks.generator import residual_generator
from kvae.networks.larsen import larsen_decoder, larsen_discriminator, larsen_encoder
from kvae.networks.normalization import BatchNormalization, GroupNormalization
from kvae.networks.padding import ReflectionPadding2D
from kvae.networks.patches import patch_discriminator
from kvae.networks.pool import ImagePool
from kvae.networks.refiner import refiner
from kvae.networks.resampling import DoublingConv2D, StridedConv2D, StridedConv2DTranspose
from kvae.networks.residual import residual_decoder, residual_encoder
from kvae.networks.spatial import spatial_decoder, spatial_encoder
from kvae.networks.spectral import SpectralConv2D, SpectralDense
from kvae.networks.unet import unet, unet_decoder, unet_encoder

__all__ = [
    "IMAGENET_WEIGHTS",
    "BatchNormalization",
    "Conv2D",
    "Conv2DTranspose",
    "DoublingConv2D",
    "GroupNormalization",
    "ImagePool",
    "MaskedDense",
    "RandomSmoothing",
    "ReflectionPadding2D",
    "SpectralConv2D",
    "SpectralDense",
    "StridedConv2D",
    "StridedConv2DTranspose",
    "conv_classifier",
    "conv_decoder",
    "conv_encoder",
    "creswell_decoder",
    "creswell_discriminator",
    "creswell_encoder",
    "feature_maps",
    "fixed_label_prior",
    "imagenet_features",
    "imagenet_weights",
    "larsen_decoder",
    "larsen_discriminator",
    "larsen_encoder",
    "made",
    "mlp",
    "patch_discriminator",
    "penultimate",
    "refiner",
    "residual_decoder",
    "residual_encoder",
    "residual_generator",
    "residual_posterior",
    "spatial_decoder",
    "spatial_encoder",
    "unet",
    "unet_decoder",
    "unet_encoder",
    "vgg19_features",
]
