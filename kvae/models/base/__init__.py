"""Base classes of the models: abstract, none of them is a published model."""

from kvae.models.base.labelled import LabelledModel
from kvae.models.base.latent import LatentModel
from kvae.models.base.variational import VariationalModel

__all__ = ["LabelledModel", "LatentModel", "VariationalModel"]
