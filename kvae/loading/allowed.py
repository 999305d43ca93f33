"""Classes of Keras that the configuration of a model may name, in addition to the classes of kvae.

They compute, and nothing else: none of them runs code of its configuration, reads a file or opens a connection. They need
memory for a small multiple of their inputs, outputs and weights, which `kvae.loading.size` counts.
"""

from collections.abc import Container, Mapping

from keras import layers
from keras.src.ops import image, math, nn, numpy

_SPATIAL = """
    AdaptiveAveragePooling AdaptiveMaxPooling AveragePooling Conv Cropping GlobalAveragePooling GlobalMaxPooling
    MaxPooling SpatialDropout UpSampling ZeroPadding
"""
"""Layers of one, two and three dimensions."""

_LAYERS = """
    Activation ELU LeakyReLU PReLU ReLU Softmax
    Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D
    Dense EinsumDense Embedding Identity InputLayer Masking
    Add Average Concatenate Dot Maximum Minimum Multiply Subtract
    BatchNormalization GroupNormalization LayerNormalization Normalization RMSNormalization SpectralNormalization
    UnitNormalization
    ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise
    Flatten Permute RepeatVector Reshape TimeDistributed
    AutoContrast CenterCrop RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
    RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective
    RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom
    Rescaling Resizing Solarization
"""

_OPERATIONS = """
    Absolute Add Clip Concatenate Cos Divide Exp ExpandDims Expm1 Flip Log Log1p Maximum Mean Minimum Multiply Negative
    Reshape Sin Sqrt Square Squeeze Subtract Sum Tanh Transpose TrueDivide
"""
"""Functions of `keras.ops`, which a network holds if they are applied to its symbolic tensors."""

_INITIALIZERS = """
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal
    RandomNormal RandomUniform STFT TruncatedNormal VarianceScaling Zeros
"""

BOUNDED = {
    "keras.layers": frozenset([*_LAYERS.split(), *(f"{name}{d}D" for name in _SPATIAL.split() for d in (1, 2, 3))]),
    "keras.initializers": frozenset(_INITIALIZERS.split()),
    "keras.regularizers": frozenset({"L1", "L1L2", "L2", "OrthogonalRegularizer"}),
    "keras.constraints": frozenset({"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}),
    "keras": frozenset({"DTypePolicy", "Sequential"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    "keras.src.ops.numpy": frozenset(_OPERATIONS.split()),
}
"""{module: names of classes}, whose memory is bounded."""

_RUNS_CODE = """
    FlaxLayer HashedCrossing Hashing IntegerLookup JaxLayer Lambda Pipeline StringLookup TFSMLayer TextVectorization
    TorchModuleWrapper
"""


def names(own_classes: bool) -> Mapping[str, Container[str]]:
    """Return {module: names of classes} of Keras that a configuration may name.

    Args:
        own_classes: True for a run of a recipe file that the user trusts. It may name all layers and operations that do
            not run code of their configuration. Their memory is not bounded.
    """
    if not own_classes:
        return BOUNDED
    runs_code = set(_RUNS_CODE.split())
    modules = {"keras.layers": layers, **{module.__name__: module for module in (image, math, nn, numpy)}}
    return BOUNDED | {name: set(dir(module)) - runs_code for name, module in modules.items()}
