"""A sampler: a density p(z|y) of latent codes that is fitted after training."""

import dataclasses
import math

import numpy as np

from kvae.distributions.checks import check_count, check_shape, check_weight
from kvae.errors import UserError
from kvae.latent.samplers.coordinates import Units
from kvae.latent.samplers.density import Density, array_fields
from kvae.latent.samplers.kinds import KINDS


@dataclasses.dataclass(frozen=True, eq=False)
class Sampler:
    """A density p(z|y) of latent codes. `kvae.latent.samplers.fit` fits one.

    Its random numbers come from NumPy, so that draws with the same seed are the same on all backends. Labels are given
    encoded, as the label specification of the model encodes them.

    Args:
        kind: a name in `kvae.latent.samplers.KINDS`.
        latent_shape: shape of one latent code.
        coordinates: the scores of a code.
        density: the density of the scores.
        codes: number of codes to which the sampler was fitted.
        held_out_log_prob: mean log density of the codes that were held back, in nats.
    """

    kind: str
    latent_shape: tuple[int, ...]
    coordinates: Units
    density: Density
    codes: int
    held_out_log_prob: float

    @property
    def label_units(self) -> int:
        """Number of values that encode the labels of one code; 0 if the density is that of all codes."""
        return len(self.coordinates.effects)

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The facts about the sampler that a card and a message state."""
        fit = {"codes": self.codes, "held_out_log_prob": self.held_out_log_prob}
        return {"kind": self.kind, **self.density.facts, **fit}

    def check(self, latent_shape: tuple[int, ...], label_units: int) -> None:
        """Raise `UserError` unless the sampler draws codes of this shape, given this number of encoded labels."""
        if (self.latent_shape, self.label_units) != (tuple(latent_shape), label_units):
            raise UserError(
                f"Expected a sampler of latent codes {tuple(latent_shape)} with {label_units} encoded labels. Received: one "
                f"of codes {self.latent_shape} with {self.label_units}. Fit a sampler to this model: kvae fit-sampler."
            )

    def sample(
        self, n: int, features: np.ndarray | None = None, *, seed: int = 0, temperature: float = 1.0
    ) -> np.ndarray:
        """Return `n` latent codes in float32: (n, *latent).

        Args:
            n: number of codes.
            features: encoded labels (n, A). None for a model without labels.
            seed: seed of the draws.
            temperature: factor of the distance of the draws from the mean of the density.
        """
        check_count(n, "n")
        check_weight(temperature, "temperature")
        features, rng = self._given(features, n), np.random.default_rng(seed)
        codes = self.coordinates.codes(self.density.sample(features, rng), features, rng)
        mean = self.coordinates.mean(features)
        return (mean + temperature * (codes - mean)).reshape(n, *self.latent_shape).astype("float32")

    def log_prob(self, codes: np.ndarray, features: np.ndarray | None = None) -> np.ndarray:
        """Return log p(z|y) of latent codes (N, *latent), given encoded labels (N, A): (N,), in nats."""
        check_shape(codes, "codes", self.latent_shape)
        features = self._given(features, len(codes))
        scores, log_rest = self.coordinates.scores(codes.reshape(len(codes), -1).astype("float64"), features)
        return self.density.log_prob(scores, features) + log_rest

    def _given(self, features: np.ndarray | None, n: int) -> np.ndarray:
        """Return encoded labels in float64 (n, A)."""
        features = np.zeros((n, 0)) if features is None else np.asarray(features, "float64")
        if features.shape != (n, self.label_units):
            raise UserError(
                f"Expected encoded labels of shape ({n}, {self.label_units}). Received: shape={features.shape}. "
                "Give the labels of each code."
            )
        return features

    # ------------------------------------------------------------------ arrays

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays that `from_arrays` takes."""
        return {
            "kind": np.array(self.kind),
            "latent_shape": np.array(self.latent_shape, "int64"),
            "fit": np.array([self.codes, self.held_out_log_prob], "float64"),
            **{
                name: getattr(part, name)
                for part in (self.coordinates, self.density)
                for name in array_fields(type(part))
            },
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "Sampler":
        """Return the sampler that `arrays` describe. They may come from anyone.

        Raises:
            ValueError: the arrays do not fit each other, or hold values that no sampler has.
        """
        latent, fit = arrays["latent_shape"], arrays["fit"]
        if latent.ndim != 1 or latent.dtype != "int64" or (latent < 1).any():
            raise ValueError("no shape of latent codes")
        if fit.shape != (2,) or fit.dtype != "float64" or not np.isfinite(fit).all():
            raise ValueError("no number of codes")
        shape, kind = tuple(latent.tolist()), str(arrays["kind"])

        def read(part):
            return part(*(arrays[name] for name in array_fields(part)))

        coordinates, density = read(KINDS[kind].coordinates), read(KINDS[kind].density)
        coordinates.check(math.prod(shape))
        density.check(coordinates.rank, len(coordinates.effects))
        return cls(kind, shape, coordinates, density, int(fit[0]), float(fit[1]))


def array_names(kind: np.ndarray) -> tuple[str, ...]:
    """Return the names of the arrays of a sampler whose kind is `kind`, which may come from anyone.

    Raises:
        ValueError: there is no such kind.
    """
    if kind.ndim or kind.dtype.kind != "U" or str(kind) not in KINDS:
        raise ValueError("no kind of sampler")
    return (
        "kind",
        "latent_shape",
        "fit",
        *array_fields(KINDS[str(kind)].coordinates),
        *array_fields(KINDS[str(kind)].density),
    )
