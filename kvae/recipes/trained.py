"""Trained models, opened with their recipes and data: metrics, samples and images in two lines.

faces = kvae.open_trained("celeba/csvae")
faces.transfer({"Smiling": 1}).save("smile.png")
"""

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kvae import evaluation, presets, serving
from kvae.capabilities import DECODER, LABELS
from kvae.errors import UserError, printable
from kvae.evaluation.samplers import without_fitted
from kvae.files import finite
from kvae.latent.samplers import KINDS, Sampler
from kvae.plots.domains import save_plots
from kvae.plots.samples import sample_count
from kvae.presets.hub import check_login, repository
from kvae.recipes import renamed
from kvae.recipes.card import card
from kvae.recipes.classifier import open_classifier
from kvae.recipes.feature_network import Source, open_features
from kvae.recipes.label_names import Named
from kvae.recipes.sampler import DEFAULT, fit_sampler
from kvae.recipes.scoring import score
from kvae.recipes.trained_data import TrainedData
from kvae.recipes.trained_translations import TrainedTranslations

CARD_LABELS = 256
"""Number of held-out labels on the card of a preset."""


def open_trained(source: str | os.PathLike, settings: Mapping[str, Any] | None = None) -> "Trained":
    """Return the trained model `source` with its recipe and data.

    Args:
        source: a run directory, or a preset: name of a bundled preset ("digits/vae"), a folder, or "hf://user/repo".
        settings: {name: value} of parameters of the data that differ from those of training, such as
            {"data.path": "other/folder"}.

    Raises:
        UserError: there is no such run or preset, or its description is incomplete.

    Example:
        >>> import kvae
        >>> digits = kvae.open_trained("digits/vae")
        >>> report = digits.evaluate(["reconstruction"])
        >>> sorted(report["metrics"])
        ['mae', 'mse', 'ssim']
    """
    return Trained(presets.open_run_or_preset(source), os.fspath(source), settings)


class Trained(TrainedTranslations):
    """A trained model with its recipe and data. `open_trained` opens it.

    Methods that draw return a `Sheet`, which is saved with `.save("sheet.png")` or `.save("animation.gif")`.
    """

    def __repr__(self):
        kind = "preset" if self.is_preset else "run"
        return printable(f"<{kind} {self.name} of the recipe {self.config['recipe']}>")

    # ------------------------------------------------------------------ metrics

    def evaluate(
        self,
        metrics: str | Iterable[str] | None = None,
        *,
        split: str | None = None,
        first: int | None = None,
        classifier: str | os.PathLike | TrainedData | None = None,
        features: Source | None = None,
        full: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        """Return metrics of the model on held-out data. `save_report` writes them into the run.

        Args:
            metrics: one name or several in `kvae.evaluation.METRICS`; by default the metrics that are declared as default
                for models with these capabilities.
            split: "test", "validation" or "train"; by default the first of them that exists.
            first: number of examples; by default all.
            classifier: a trained classifier, or its run or preset, for the metric "attributes".
            features: a feature network for the metrics that compare samples with images, such as "frechet", as
                `kvae.recipes.feature_network.open_features` takes it; by default the bundled classifier of the data set.
            full: True to include the slow metrics, such as nll, in the default.
            options: options of the metrics: `seed=1`, or `nll={"samples": 5000}`.

        Returns:
            {"model", "recipe", "data": data set and split, "weights": SHA-256 checksum of the weights, "n": number of
            examples, "precision": "float32", "metrics": {name: value}, "skipped": {name: reason}}. The networks compute
            in float32, also if they were trained in bfloat16. Metrics with a classifier also hold its name and its SHA-256.
        """
        named = evaluation.named([metrics] if isinstance(metrics, str) else metrics or ())
        computed = named or evaluation.default_metrics(self.model)
        data = f"{self.dataset.name}/{split or self.default_split}"
        origin = {"model": self.name, "recipe": self.config["recipe"], "data": data, "weights": self.weights}
        if classifier is not None:
            opened = open_classifier(classifier)
            options |= {"classifier": opened.model, "class_names": opened.label_names}
        if features is not None or any("features" in metric.options for metric in computed):
            options["features"] = open_features(features, self.dataset.name, self.model.data_shape)
        if any("training" in metric.options for metric in computed):
            options["training"] = self.batches("train")
        if any("sampler" in metric.options for metric in computed):
            options["sampler"] = self.sampler
        batches = self.batches(split, first=first)
        report = evaluation.evaluate(self.model, batches, [metric.name for metric in named], full=full, **options)
        if classifier is not None:
            # As with feature networks, the values of each metric say on which network they depend.
            for metric in computed:
                if "classifier" in metric.options and metric.name not in report["skipped"]:
                    report["metrics"][f"{metric.name}.classifier"] = opened.name
                    report["metrics"][f"{metric.name}.classifier_sha256"] = opened.weights
        return finite({**origin, **report})

    def save_report(
        self,
        report: Mapping[str, Any],
        *,
        plots: bool = False,
        folder: str | os.PathLike | None = None,
        seed: int = 0,
    ) -> list[Path]:
        """Write a report of `evaluate` into metrics.json of the run, and return the files of plots.

        The card of a preset is not changed. A report on weights that the run no longer has is not written.

        Args:
            report: the report.
            plots: True to draw plots of the metrics separation, attribution, cross_encoding and timeline, as far as the
                report holds them.
            folder: folder of the plots; by default `images` in the run. For a preset it is a folder in the current one
                that is called after the preset, such as `paintings-multi_encoder-plots`.
            seed: seed of the plots.
        """
        self.source.save_metrics(report)
        if not plots:
            return []
        batches = self.batches(report["data"].rpartition("/")[2], first=report["n"])
        training = self.batches("train") if "timeline.mae" in report["metrics"] else None
        folder = self._plots if folder is None else Path(folder)
        return save_plots(folder, self.model, batches, report["metrics"], training, seed)

    def score(
        self,
        images: Sequence[str | os.PathLike] | None = None,
        *,
        split: str | None = None,
        labels: Named = None,
        first: int | None = None,
        samples: int = 2000,
        rows: int | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Return log p(x), rate and distortion of each image, in nats and in bits per dimension.

        The time, which is proportional to `samples`, is stated after the first draws. If the call is stopped, a later call
        with the same arguments resumes it.

        Args:
            images: image files, folders, zip files or .npz files; by default examples of a split. An image is cropped and
                scaled to the size that the model takes, and then transformed as the examples of the recipe are.
            split: "test", "validation" or "train"; by default the first of them that exists.
            labels: all labels of `images`, for a model that takes labels.
            first: number of images; by default all.
            samples: number K of draws of the estimate of log p(x).
            rows: maximum number of latent codes decoded at once.
            seed: seed of all random draws.

        Returns:
            {"model", "weights", "samples", "seed", "n", "means": {score: mean}, "rows": [{"image": name, score: value}],
            "skipped": {score: reason}}. `kvae.evaluation.scores` describes the scores.
        """
        options = {"samples": samples, "rows": rows, "seed": seed}
        report = score(self, images, split, labels, first, **options)
        return {"model": self.name, "weights": self.weights, "samples": samples, "seed": seed, **report}

    @property
    def _plots(self) -> Path:
        """The folder of plots: `images` in a run, and for a preset a folder in the current one that is called after it."""
        if not self.is_preset:
            return self.source.images
        name = Path(self.name).resolve().name if Path(self.name).exists() else self.name.removeprefix("hf://")
        return Path(f"{name.replace('/', '-')}-plots")

    # ------------------------------------------------------------------ presets

    def export(self, folder: str | os.PathLike, *, half: bool = False) -> Path:
        """Write a finished run as a preset and return its folder.

        Args:
            folder: a new or empty folder, or an existing preset, which is replaced.
            half: True to store weights in 16 bits.
        """
        if self.is_preset:
            raise UserError(f"Expected a run directory. Received: {self.name}, which is a preset already.")
        return presets.to_preset(self.model, folder, self._card(), half, self.sampler)

    def fit_sampler(self, kind: str = DEFAULT, *, seed: int = 0, out: str | os.PathLike | None = None) -> Sampler:
        """Fit a density to the latent codes of training examples, store it, and return it.

        It replaces the sampler of the run. `sample` and `export` then use it.

        Args:
            kind: a name in `kvae.latent.samplers.KINDS`, such as "mixture".
            seed: seed of the choice of the examples, of their codes and of the fit.
            out: folder of a preset that is written, with the sampler. The run or the preset is then not changed. A preset
                needs it, because its files do not change.
        """
        self.require(DECODER)
        if not isinstance(self.source, presets.Preset):
            self.source.check_finished()
        elif out is None:
            raise UserError(
                f"Expected a run directory. Received: {self.name}, a preset, whose files do not change. Give the folder "
                "of a new preset with the sampler: --out DIR."
            )
        weights = self.weights
        sampler = fit_sampler(kind, self.model, self.dataset, self.training, seed)
        if out is not None:
            facts = self._card()
            facts["metrics"] = without_fitted(facts.get("metrics") or {}, KINDS)
            presets.to_preset(self.model, out, facts, facts.get("precision") == "float16", sampler)
        elif not isinstance(self.source, presets.Preset) and self.source.save_sampler(sampler, weights):
            self.sampler = sampler
        return sampler

    def export_networks(self, folder: str | os.PathLike, format: str) -> Path:
        """Write the networks of the model for another program, and return the folder.

        Args:
            folder: a new or empty folder.
            format: "onnx", "saved_model", "litert" or "torch" (`kvae.serving.export_networks`).
        """
        facts = {"model": self.name, "recipe": self.config["recipe"], "weights (SHA-256)": self.weights}
        labels = self.config["data"].get("labels") or ()
        return serving.export_networks(self.model, folder, format, facts=facts, labels=labels, sampler=self.sampler)

    def push(self, repo: str, *, half: bool = False, licence: str | None = None, private: bool = False) -> str:
        """Upload the preset, or the finished run as a preset, to the Hugging Face Hub, and return the address.

        Args:
            repo: "hf://user/repo".
            half: True to store weights in 16 bits.
            licence: identifier of the weights' licence on the Hub, such as "apache-2.0".
            private: True to create a private repository.
        """
        check_login(repository(repo))  # before any work
        with tempfile.TemporaryDirectory() as temporary:
            folder = self.source.path if self.is_preset and not half else self.export(temporary, half=half)
            return presets.push_preset(folder, repo, y=self._sample_labels(), licence=licence, private=private)

    def _card(self) -> dict[str, Any]:
        """Return the facts on the card of this preset, or those for the card of a preset of this run."""
        if isinstance(self.source, presets.Preset):
            return {**self.config, "parameters": renamed.present(self.config["recipe"], self.config)}
        return {**card(self.source), **self._stored_labels()}

    def _stored_labels(self) -> dict[str, str]:
        """Return the entry of a card with labels of held-out examples, from which unspecified labels of samples are copied.

        Without it, samples of a conditional preset would need its data. It is absent if the model takes no labels or the
        data are missing.
        """
        if not self.model.capabilities.issuperset((DECODER, LABELS)):
            return {}
        try:
            (y,) = self.condition(CARD_LABELS)
        except UserError:
            return {}
        return {"held_out_labels": self._names.to_text(y)}

    def _sample_labels(self) -> np.ndarray | None:
        """Return held-out labels for the image of samples, or None if the model takes none or the data are missing."""
        if not self.model.capabilities.issuperset((DECODER, LABELS)):
            return None
        try:
            return self.condition(sample_count(self.model))[0]
        except UserError:
            return None
