"""A recipe as a hypermodel of KerasTuner."""

from collections.abc import Mapping
from typing import Any

import keras
import keras_tuner

from kvae import evaluation
from kvae.errors import UserError
from kvae.recipes.callbacks import learning_callbacks
from kvae.recipes.inputs import batches, training_batches
from kvae.recipes.recipe import Recipe
from kvae.recipes.registry import load
from kvae.training import networks_in
from kvae.tuning.search import Search, search_of

DATA = ("x", "y", "batch_size", "validation_data", "validation_split", "class_weight", "sample_weight")
"""Arguments of `fit` that a recipe determines."""


class DataRefused(UserError, keras_tuner.errors.FatalValueError):
    """Data that are given to a search of a recipe. The search stops, because every other trial would fail as well."""


def refuse_data(args: tuple, options: Mapping[str, Any]) -> None:
    """Raise `DataRefused` if one of the arguments of `search` is data or how to batch them."""
    given = [name for name in DATA if options.get(name) is not None]
    if args or given:
        raise DataRefused(
            "Expected search() without data: a recipe loads its own data set. "
            f"Received: {given[0] if given else 'x'}. Choose the data in the settings, such as data.path or batch_size."
        )


class RecipeHyperModel(keras_tuner.HyperModel):
    """A recipe as KerasTuner's `HyperModel`, for every tuner of KerasTuner.

        hypermodel = kvae.tuning.RecipeHyperModel("mnist/vae")
        tuner = keras_tuner.RandomSearch(hypermodel, objective=hypermodel.objective, max_trials=10)
        tuner.search()

    The hypermodel loads the recipe's own data set. `fit` returns the score (`Search`) and its terms.

    Args:
        recipe: a name or a `Recipe`.
        settings: {dotted name: value} of parameters that are fixed and not varied.
        search: ranges and objectives; by default those of the recipe (`search_of`).
        seed: seed of the initial weights, the order of the data and the random noise, the same in every trial.
        precision: type in which the networks compute, "float32" or "bfloat16".
    """

    def __init__(
        self,
        recipe: str | Recipe,
        settings: Mapping[str, Any] | None = None,
        search: Search | None = None,
        seed: int = 0,
        precision: str = "float32",
    ):
        super().__init__()
        self.recipe = load(recipe) if isinstance(recipe, str) else recipe
        self.settings = dict(settings or {})
        self.seed = seed
        self.precision = precision
        self.defaults = self.recipe.resolve(self.settings)
        self.search = (search or search_of(self.recipe)).without(self.settings).check(self.recipe)
        self.metrics = self.search.metrics
        self.dataset = self.recipe.data(self.defaults)
        self.held_out = self.dataset.validation or self.dataset.test
        if self.held_out is None:
            raise UserError(
                f"Expected a data set with held-out data, to score trials. Received: {self.dataset.name}, "
                "which has only training data."
            )

    @property
    def objective(self) -> keras_tuner.Objective:
        """KerasTuner's objective: the score, which is minimised."""
        return keras_tuner.Objective("score", "min")

    def declare_hyperparameters(self, hp):
        """Register every range in `hp`."""
        self.chosen(hp)

    def chosen(self, hp) -> dict[str, Any]:
        """Return {name: value} of the parameters that are varied."""
        return {name: space.ask(hp, name, self.defaults[name]) for name, space in self.search.vary.items()}

    def values(self, hp) -> dict[str, Any]:
        """Return the value of every parameter under `hp`."""
        return self.recipe.resolve({**self.settings, **self.chosen(hp)})

    def build(self, hp):
        """Return the compiled, untrained model under `hp`."""
        values = self.values(hp)
        keras.utils.set_random_seed(self.seed)
        with networks_in(self.precision):
            model = self.recipe.model(self.dataset, values)
        training = self.recipe.training(values)
        model.compile(training.optimizer, steps_per_execution=training.steps_per_execution)
        return model

    def fit(self, hp, model, *args, epochs: int | None = None, initial_epoch: int = 0, callbacks=(), **options):
        """Fit `model` as the recipe does under `hp`, and return its score and the terms of the score.

        Raises:
            DataRefused: data are given. A recipe has its own.
        """
        refuse_data(args, options)
        values = self.values(hp)
        training = self.recipe.training(values)
        data = training_batches(model, self.dataset, training, self.seed)
        learning = learning_callbacks(training, data, model.optimizer.learning_rates)
        model.fit(
            data,
            epochs=epochs or training.epochs,
            initial_epoch=initial_epoch,
            callbacks=[*learning, *callbacks],
            shuffle=False,
            **{"verbose": 0, **options},
        )
        return self.evaluate(model, training)

    def evaluate(self, model, training) -> dict[str, float]:
        """Return the score of a trained model on held-out data, and the terms of the score."""
        held_out = batches(model, self.dataset, self.held_out, training)
        report = evaluation.evaluate(model, held_out, self.metrics, **self.search.options)
        absent = [o.value for o in self.search.objectives if o.value not in report["metrics"]]
        if absent:
            known = ", ".join(report["metrics"]) or "no value"
            raise UserError(
                f"Expected the value {absent[0]}, an objective of the search. Received: {known}"
                f"{''.join(f' ({why})' for why in report['skipped'].values())}. Give the recipe's search() other objectives."
            )
        values = {o.value: report["metrics"][o.value] for o in self.search.objectives}
        return {"score": self.search.score(values), **values}
