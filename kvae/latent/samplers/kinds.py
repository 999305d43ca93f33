"""The kinds of samplers."""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping

from kvae.errors import ChoiceError
from kvae.latent.samplers.autoregressive import Autoregressive, autoregressive
from kvae.latent.samplers.coordinates import Coordinates, Units
from kvae.latent.samplers.density import Density
from kvae.latent.samplers.flow import Flow, flows
from kvae.latent.samplers.mixture import Mixture, mixtures
from kvae.latent.samplers.two_stage import TwoStage, two_stages


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of sampler.

    Args:
        density: the class of its densities of scores.
        fits: a function (used, held, task) -> densities that are fitted to scores, among which the scores that are held back
            choose. The arguments are those of `mixtures`.
        coordinates: the class of the scores.
    """

    density: type[Density]
    fits: Callable[..., Iterator[Density]]
    coordinates: type[Units] = Coordinates


KINDS: Mapping[str, Kind] = {
    "normal": Kind(Mixture, functools.partial(mixtures, counts=(1,))),
    "mixture": Kind(Mixture, functools.partial(mixtures, counts=(1, 2, 5, 10, 20))),
    "flow": Kind(Flow, flows),
    "two_stage": Kind(TwoStage, two_stages),
    "autoregressive": Kind(Autoregressive, autoregressive, Units),
}
"""All kinds of samplers by name."""


def check_kind(kind: str) -> None:
    """Raise `ChoiceError` unless there is such a kind of sampler."""
    if kind not in KINDS:
        raise ChoiceError(f"Expected a kind of sampler: {', '.join(KINDS)}. Received: kind={kind}.")
