"""Trained models as networks in the formats of other programs: ONNX, SavedModel, LiteRT and PyTorch's exported programs."""

from kvae.serving.export import FORMATS, export_networks
from kvae.serving.parts import parts_of

__all__ = ["FORMATS", "export_networks", "parts_of"]
