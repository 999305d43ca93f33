"""The error of years that are predicted from latent codes."""

import numpy as np

from kvae.evaluation.clusters import FOLDS, ridge
from kvae.evaluation.codes import codes_and_years
from kvae.evaluation.labels import class_names
from kvae.evaluation.metric import TrainingBatches, metric
from kvae.evaluation.requirements import NotApplicable, require_training
from kvae.evaluation.uncertainty import mean_and_interval

MIN_DATED = 20
"""Minimum number of dated training examples for a regression within a class."""


@metric(
    "timeline",
    default_for=None,
    reports=(
        "timeline.mae",
        "timeline.mae.low",
        "timeline.mae.high",
        "timeline.n",
        "timeline.mean_baseline",
        "timeline.class_mean_baseline",
        "timeline.*.mae",
        "timeline.*.mean_baseline",
    ),
)
def timeline(model, batches, *, training: TrainingBatches = None) -> dict[str, float]:
    """Return the error of years (the column "year") predicted from codes by ridge regression, in years.

        year ≈ a + b·z          a, b = argmin Σ_i (year_i − a − b·z_i)² + α ‖b‖²

    The sum is over the training examples i, and α minimises their leave-one-out error. Examples without a year (NaN)
    are left out. The others are called dated.

    `timeline.mae`: mean absolute error of the year over the dated held-out examples, with its 95 % confidence interval
    `.low` and `.high`.
    `timeline.mean_baseline`: error of always predicting the mean year of the training examples.
    `timeline.class_mean_baseline`: error of predicting the mean year of the example's class, if classes are known.
    `timeline.n`: number of dated held-out examples.

    `timeline.<Name>.mae` and `timeline.<Name>.mean_baseline` are the same errors within a class, with a regression and
    a mean of this class alone. They exist for classes with at least `MIN_DATED` dated training examples.
    """
    require_training(training)
    z, years, y = codes_and_years(model, batches)
    z_train, years_train, y_train = codes_and_years(model, training)
    if len(years) == 0 or len(years_train) < FOLDS:
        raise NotApplicable(f"it needs {FOLDS} dated training examples and one dated held-out example")
    values = mean_and_interval("timeline.mae", np.abs(ridge(z_train, years_train).predict(z) - years))
    values["timeline.mean_baseline"] = float(np.abs(years_train.mean() - years).mean())
    values["timeline.n"] = len(years)
    if y is None or y_train is None:
        return values
    means = {c: years_train[y_train == c].mean() for c in np.unique(y_train)}
    guess = np.array([means.get(c, years_train.mean()) for c in y])
    values["timeline.class_mean_baseline"] = float(np.abs(guess - years).mean())
    enough = [c for c in means if c >= 0 and np.sum(y_train == c) >= MIN_DATED and np.any(y == c)]
    for number, name in zip(enough, class_names(batches, enough), strict=True):
        train, test = y_train == number, y == number
        error = np.abs(ridge(z_train[train], years_train[train]).predict(z[test]) - years[test])
        values[f"timeline.{name}.mae"] = float(error.mean())
        values[f"timeline.{name}.mean_baseline"] = float(np.abs(means[number] - years[test]).mean())
    return values
