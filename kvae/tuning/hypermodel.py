"""A recipe as KerasTuner sees it."""

from collections.abc import Mapping
from typing import Any

import keras
import keras_tuner

from kvae import evaluation
from kvae.errors import UserError
from kvae.recipes.inputs import batches, learning_callbacks, training_batches
from kvae.recipes.registry import load
from kvae.tuning.search import Search, without


class RecipeModel(keras_tuner.HyperModel):
    """A recipe as KerasTuner's `HyperModel`: works with every tuner.

        hypermodel = kvae.tuning.RecipeModel("mnist/vae")
        tuner = keras_tuner.RandomSearch(hypermodel, objective=hypermodel.objective, max_trials=10)
        tuner.search()

    The data are the recipe's own; `fit` returns the score (`Search`) and the figures that it adds up.

    Args:
        recipe: a name or a `Recipe`.
        settings: parameters that are fixed, by dotted names; these are not varied.
        search: what is varied and aimed at; by default what the recipe declares.
        seed: of weights, data order and noise, the same in every trial.
    """

    def __init__(self, recipe, settings: Mapping[str, Any] | None = None, search: Search | None = None, seed: int = 0):
        super().__init__()
        self.recipe = load(recipe) if isinstance(recipe, str) else recipe
        self.settings, self.seed = dict(settings or {}), seed
        self.defaults = self.recipe.resolve(self.settings)
        self.search = without(search or self.recipe.search(), self.settings).check(self.recipe)
        self.metrics = self.search.metrics
        self.dataset = self.recipe.data(self.defaults)
        self.held_out = self.dataset.validation or self.dataset.test
        if self.held_out is None:
            raise UserError(
                f"Expected held-out data to judge trials by. Received: {self.dataset.name}, which has none."
            )

    @property
    def objective(self) -> keras_tuner.Objective:
        return keras_tuner.Objective("score", "min")

    def declare_hyperparameters(self, hp):
        self.chosen(hp)

    def chosen(self, hp) -> dict[str, Any]:
        """{name: value} of what is varied."""
        return {name: space.ask(hp, name, self.defaults[name]) for name, space in self.search.vary.items()}

    def values(self, hp) -> dict[str, Any]:
        """Every parameter's value under `hp`."""
        return self.recipe.resolve({**self.settings, **self.chosen(hp)})

    def build(self, hp):
        values = self.values(hp)
        keras.utils.set_random_seed(self.seed)
        model = self.recipe.model(self.dataset, values)
        model.compile(self.recipe.training(values).optimizer)
        return model

    def fit(self, hp, model, *args, epochs: int | None = None, initial_epoch: int = 0, callbacks=(), **options):
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
        return self.judge(model, training)

    def judge(self, model, training) -> dict[str, float]:
        """The score of a trained model and the figures that it adds up, on held-out data."""
        held_out = batches(self.dataset, self.held_out, training)
        report = evaluation.evaluate(model, held_out, self.metrics, **self.search.options)
        absent = [o.value for o in self.search.objectives if o.value not in report["metrics"]]
        if absent:
            there = ", ".join(report["metrics"]) or "none"
            raise UserError(
                f"Expected the figure {absent[0]}, which the search aims at. Received: {there}"
                f"{''.join(f' ({why})' for why in report['skipped'].values())}."
            )
        figures = {o.value: report["metrics"][o.value] for o in self.search.objectives}
        return {"score": self.search.score(figures), **figures}
