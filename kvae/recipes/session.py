"""A recipe that is resolved and built, ready to fit."""

import datetime
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from kvae import backends
from kvae.callbacks import KeepBest, Progress, RunWriter, StopOnInterrupt, TensorBoard
from kvae.data import Dataset
from kvae.presets import open_run_or_preset
from kvae.recipes.callbacks import learning_callbacks, monitoring_callbacks
from kvae.recipes.inputs import batches, training_batches
from kvae.recipes.recipe import Recipe
from kvae.recipes.trained_model import load_model
from kvae.runs import Run
from kvae.training import freeze, networks_in
from kvae.training import warm_start as copy_weights
from kvae.version import installed_versions

logger = logging.getLogger(__name__)


class Session:
    """Data set, compiled model and training of a recipe for one seed.

    Args:
        recipe: the recipe.
        values: all its parameters (`Recipe.resolve`).
        seed: seed of the initial weights, the order of the data and the random noise.
        warm_start: run or preset whose weights are copied into the model, as far as they fit.
        resumed: True if a checkpoint will be restored. The weights of `warm_start` are then not copied, and its name is
            only recorded.
        dataset: data set of the recipe, if it has been loaded already.
        precision: type in which the networks compute, "float32" or "bfloat16".
    """

    def __init__(
        self,
        recipe: Recipe,
        values: Mapping[str, Any],
        seed: int,
        warm_start=None,
        resumed: bool = False,
        dataset: Dataset | None = None,
        precision: str = "float32",
    ):
        self.recipe = recipe
        self.values = values
        self.seed = seed
        self.warm_start = warm_start
        self.precision = precision
        source = None if warm_start is None or resumed else load_model(open_run_or_preset(warm_start))
        keras.utils.set_random_seed(seed)  # after building `source`, which draws from the same generator
        self.dataset = dataset or recipe.data(values)
        if dataset is None:
            logger.info(self.dataset.summary())
        self.held_out = self.dataset.validation or self.dataset.test
        if precision == "bfloat16" and not backends.gains_from_bfloat16():
            logger.warning("On CPUs, JAX gains little or nothing from bfloat16. TensorFlow and PyTorch gain more.")
        with networks_in(precision):
            self.model = recipe.model(self.dataset, values)
        if source is not None:
            self._copy_weights(source)
        self.training = recipe.training(values)
        freeze(self.model, self.training.freeze)
        self.model.compile(self.training.optimizer, steps_per_execution=self.training.steps_per_execution)
        # Read before a checkpoint is restored, whose rates have already decayed.
        self.rates = self.model.optimizer.learning_rates

    def config(self) -> dict:
        """Return the contents of the run's config.json."""
        return {
            "recipe": self.recipe.name,
            "parameters": dict(self.values),
            "seed": self.seed,
            **({} if self.warm_start is None else {"warm_start": str(self.warm_start)}),
            "data": {
                "name": self.dataset.name,
                "fingerprint": self.dataset.fingerprint,
                "labels": list(self.dataset.label_names),
            },
            "backend": keras.backend.backend(),
            "threads": backends.threads(),
            "precision": self.precision,
            "versions": installed_versions(keras.backend.backend()),
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        }

    def create_run(self, folder: Path) -> Run:
        """Return the new run in `folder`, with its configuration."""
        return Run.create(folder, self.config())

    def batches(self, split, **options):
        """Return a split of the data set in batches, as the model takes them."""
        return batches(self.model, self.dataset, split, self.training, **options)

    def restore(self, run: Run) -> list[dict]:
        """Restore the last checkpoint of `run`, if it exists, and return the metrics of each epoch that is done."""
        if not run.state.is_file():
            return []
        epochs = run.restore(self.model)
        run.write_history(epochs)  # the process may have died between writing the checkpoint and history.csv
        return epochs

    def fit(self, run: Run, epochs: list[dict], callbacks: Sequence = (), progress: bool = True) -> None:
        """Fit the model from the first epoch that is not done to the last, and record each epoch in `run`.

        Before the first epoch, the code of the recipe is recorded. A run that has stopped early is not trained further.

        Args:
            epochs: metrics of each epoch that is done, as `restore` returns them.
            callbacks: further callbacks. They are called after the metrics of an epoch have been recorded.
            progress: True to print a line for each epoch.
        """
        rule = self.training.best_epoch
        total = len(epochs) if rule is not None and rule.is_over(epochs) else self.training.epochs
        if not epochs:
            run.save_recipe(self.recipe.code)
        if len(epochs) < total:
            run.mark_unfinished()
        data = training_batches(self.model, self.dataset, self.training, self.seed)
        validation = self.batches(self.held_out, shard=backends.shard()) if self.held_out else None
        bar, interrupt = Progress(total), StopOnInterrupt()
        own = [interrupt, *learning_callbacks(self.training, data, self.rates)]
        if self.held_out:
            own += monitoring_callbacks(run, self.model, self.dataset, self.held_out, self.training)
        tensorboard = TensorBoard(run.path / "tensorboard")
        own += [tensorboard, *([bar] if progress else [])]
        own += [*([] if rule is None else [KeepBest(run, rule, epochs)]), RunWriter(run, epochs)]
        try:
            self.model.fit(
                data,
                validation_data=validation,
                epochs=total,
                initial_epoch=len(epochs),
                callbacks=[*own, *callbacks],
                shuffle=False,  # InOrder sets the order; Keras would shuffle by Python's global generator
                verbose=0,
            )
        finally:
            bar.close()
            interrupt.close()
            tensorboard.close()

    def _copy_weights(self, source) -> None:
        copied, kept = copy_weights(self.model, source)
        counts = len(copied), self.warm_start, len(kept)
        logger.info("Copied %d arrays of weights from %s. %d keep their initial values.", *counts)
        for line in kept:
            logger.info("  not copied: %s", line)
