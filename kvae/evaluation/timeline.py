"""The error of years that are predicted from latent codes."""

import numpy as np

from kvae.evaluation.clusters import FOLDS, ridge
from kvae.evaluation.codes import codes_and_years
from kvae.evaluation.labels import class_names
from kvae.evaluation.metric import TrainingBatches, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.uncertainty import mean_and_interval

FEWEST = 20
"""Number of dated training examples from which a class has a timeline of its own."""


@metric(
    "timeline",
    default_for=None,
    reports=(
        *("timeline.mae", "timeline.mae.low", "timeline.mae.high", "timeline.n"),
        *("timeline.mean_baseline", "timeline.class_mean_baseline"),
        *("timeline.*.mae", "timeline.*.mean_baseline"),
    ),
)
def timeline(model, batches, *, training: TrainingBatches = None) -> dict[str, float]:
    """Return the error of years (the column "year") predicted from codes by ridge regression, in years.

        year ≈ a + b·z          a, b = argmin Σ_i (year_i − a − b·z_i)² + α ‖b‖²

    The sum is over the dated training examples i, and α minimises their leave-one-out error.

    `timeline.mae`: mean |year − ŷ| of the dated held-out examples, with its 95 % confidence interval `.low` and `.high`.
    `timeline.mean_baseline`: error of always predicting the mean year of the training examples.
    `timeline.class_mean_baseline`: error of predicting the mean year of the example's class, if classes are known.
    `timeline.n`: number of dated held-out examples.

    `timeline.<Name>.mae` and `timeline.<Name>.mean_baseline` are the same within a class, from a regression on this class
    alone. They exist for classes with `FEWEST` dated training examples or more. Examples without a year (NaN) are left out.
    """
    if training is None:
        raise NotApplicable("it needs training examples: training=Batches(…)")
    z, years, y = codes_and_years(model, batches)
    known_z, known_years, known_y = codes_and_years(model, training)
    if len(years) == 0 or len(known_years) < FOLDS:
        raise NotApplicable(f"it needs {FOLDS} dated training examples and one dated held-out example")
    values = mean_and_interval("timeline.mae", np.abs(ridge(known_z, known_years).predict(z) - years))
    values["timeline.mean_baseline"] = float(np.abs(known_years.mean() - years).mean())
    values["timeline.n"] = len(years)
    if y is None or known_y is None:
        return values
    means = {c: known_years[known_y == c].mean() for c in np.unique(known_y)}
    guess = np.array([means.get(c, known_years.mean()) for c in y])
    values["timeline.class_mean_baseline"] = float(np.abs(guess - years).mean())
    enough = [c for c in means if c >= 0 and np.sum(known_y == c) >= FEWEST and np.any(y == c)]
    for number, name in zip(enough, class_names(batches, enough), strict=True):
        train, test = known_y == number, y == number
        error = np.abs(ridge(known_z[train], known_years[train]).predict(z[test]) - years[test])
        values[f"timeline.{name}.mae"] = float(error.mean())
        values[f"timeline.{name}.mean_baseline"] = float(np.abs(means[number] - years[test]).mean())
    return values
