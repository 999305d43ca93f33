"""Networks that keep their weights in training."""

from collections.abc import Sequence

from kvae.errors import UserError
from kvae.training.model import Model


def freeze(model: Model, names: Sequence[str]) -> None:
    """Exclude the networks called `names`, such as "encoder", from the training of a model that is not compiled yet.

    Layers that act differently in training, such as batch norm, are in inference mode.
    """
    networks = model.networks()
    if unknown := sorted(set(names) - set(networks)):
        raise UserError(
            f"Expected networks of {type(model).__name__}: {', '.join(networks)}. Received: freeze={unknown}."
        )
    for name in names:
        networks[name].trainable = False
