"""Reconstruction errors and active units within each class."""

import numpy as np

from kvae.capabilities import DECODER, DOMAINS, POSTERIOR
from kvae.evaluation.batches import examples
from kvae.evaluation.collapse import activity, means_and_rates
from kvae.evaluation.labels import present_classes
from kvae.evaluation.metric import metric
from kvae.evaluation.requirements import NotApplicable


@metric(
    "collapse_by_class",
    needs={POSTERIOR},
    default_for={DECODER, DOMAINS},
    reports=("active_units.*", "kl_per_unit.*"),
)
def collapse_by_class(model, batches) -> dict:
    """Return `active_units.<Name>` and `kl_per_unit.<Name>`: the values of `collapse` over the examples of one class.

    A unit may be active over all examples and not within a class. It then distinguishes the class from others, and
    carries no further information about the examples of the class. `active_units` is skipped for a class of one
    example, because it has no variance.
    """
    mean, rates = means_and_rates(model, batches)
    values = {}
    for name, members in present_classes(batches).items():
        found = activity(mean[members], None if rates is None else rates[members])
        if members.sum() < 2:
            found["active_units"] = NotApplicable("one example has no variance")
        values |= {f"{value}.{name}": number for value, number in found.items()}
    return values


@metric("reconstruction_by_class", default_for={DECODER, DOMAINS}, reports=("mae.*",))
def reconstruction_by_class(model, batches) -> dict[str, float]:
    """Return `mae.<Name>`: the mean |x − x̂| of `reconstruction` over the examples of one class."""
    members = present_classes(batches)
    error = [np.abs(model.reconstruct(*data).astype("float64") - data[0]) for data in examples(batches)]
    error = np.concatenate([e.reshape(len(e), -1).mean(axis=1) for e in error])  # (N,)
    return {f"mae.{name}": float(error[mask].mean()) for name, mask in members.items()}
