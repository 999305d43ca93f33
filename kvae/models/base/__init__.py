"""The abstract base classes of the models."""

from kvae.models.base.labelled import LabelledModel
from kvae.models.base.latent import LatentModel
from kvae.models.base.translator import Translator
from kvae.models.base.variational import VariationalModel

__all__ = ["LabelledModel", "LatentModel", "Translator", "VariationalModel"]
