"""Samples of a trained model, from its prior or from a sampler that was fitted after training."""

import functools

import numpy as np

from kvae.capabilities import DECODER
from kvae.distributions.checks import check_count
from kvae.errors import ChoiceError
from kvae.evaluation.samplers import sampler_name, samplers_of
from kvae.latent.samplers import KINDS, Sampler
from kvae.plots.sheet import Samples
from kvae.recipes.label_names import Named, as_pairs, as_text
from kvae.recipes.sampler import DEFAULT
from kvae.recipes.trained_data import TrainedData
from kvae.version import __version__


class TrainedSamples(TrainedData):
    """A trained model that draws samples."""

    def sample(
        self,
        n: int = 64,
        labels: Named = None,
        *,
        temperature: float = 1.0,
        seed: int = 0,
        sampler: str | None = None,
    ) -> Samples:
        """Return `n` samples.

        Args:
            n: number of samples.
            labels: labels of all samples, {"Smiling": 1} or a class. Unspecified attributes are copied from held-out
                examples.
            temperature: factor of the distance of latent codes from the mean of their density.
            seed: seed of the samples.
            sampler: "prior", or the kind of the sampler that was fitted after training, such as "mixture". By default that
                sampler, or the prior if none was fitted.
        """
        self.require(DECODER)
        check_count(n, "n")
        density = self.sampler if sampler is None else self._named_sampler(sampler)
        y = self.condition(n, labels)
        x = self.model.sample(n, *y, seed=seed, temperature=temperature, sampler=density)
        title = as_text(labels) if as_pairs(labels) else ""
        facts = {**self.facts, "sampler": sampler_name(density), "seed": seed, "temperature": temperature}
        (shown,) = y or (None,)
        return Samples(x, shown, title=title, below=self._differing_labels(*y), facts=facts)

    @functools.cached_property
    def sampler(self) -> Sampler | None:
        """The density of the latent codes that was fitted after training, or None if none was.

        It is None, too, if another process has trained the run further since the model was loaded.
        """
        return self.source.load_sampler() if self.weights == self.source.weights else None

    # ------------------------------------------------------------------ helpers

    @property
    def facts(self) -> dict[str, str]:
        """The texts that PNG files of the model hold."""
        return {"Software": f"kvae {__version__}", "model": self.name, "recipe": self.config["recipe"]}

    def _named_sampler(self, name: str) -> Sampler | None:
        """Return the sampler called `name`, or None for the prior."""
        available = samplers_of(self.model, self.sampler)
        if name not in available:
            raise ChoiceError(
                f"Expected a sampler of {self.name}: {', '.join(available) or 'none'}. Received: sampler={name}. "
                f"Fit one: kvae fit-sampler {self.name} {name if name in KINDS else DEFAULT}"
            )
        return available[name]

    def _differing_labels(self, y: np.ndarray | None = None) -> list[list[str]]:
        """Return lines of text with the labels `y` of each sample, or nothing if all samples have the same."""
        if y is None or len(np.unique(y, axis=0)) == 1:
            return []
        return self._names.lines(y)
