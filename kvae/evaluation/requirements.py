"""Which figures a model has."""

from kvae.capabilities import DECODER, DENSITY, POSTERIOR
from kvae.errors import UserError


class NotApplicable(UserError):
    """A figure that this model does not have; the message is the reason."""


def require_density(model) -> None:
    """Raises `NotApplicable` for a model that gives x no probability."""
    require_posterior(model)
    if DENSITY not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} learns no density of x")


def require_encoder(model) -> None:
    """Raises `NotApplicable` for a model that makes no code of x."""
    if DECODER not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} has no encoder")


def require_decoder(model) -> None:
    """Raises `NotApplicable` for a model that makes no x of a code."""
    if DECODER not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} has no decoder")


def require_posterior(model) -> None:
    """Raises `NotApplicable` for a model without q(z|x)."""
    if POSTERIOR not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} has no posterior")
