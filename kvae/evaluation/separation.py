"""The distance between the latent codes of different classes."""

import warnings

import numpy as np

from kvae.capabilities import DECODER, DOMAINS
from kvae.evaluation.clusters import FOLDS, cross_validated
from kvae.evaluation.codes import codes_and_classes
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable


@metric(
    "separation",
    default_for={DECODER, DOMAINS},
    reports=(
        "separation.silhouette",
        "separation.nearest_accuracy",
        "separation.lda_accuracy",
        "separation.majority_baseline",
    ),
)
def separation(model, batches, *, seed: Seed = 0) -> dict[str, float]:
    """Return measures of the separation between the codes of different classes.

    `separation.silhouette`: mean over examples of (b − a) / max(a, b), with a the mean distance to the other codes of
    the class and b the mean distance to the codes of the nearest other class (Rousseeuw 1987). It is near 1 if the
    classes are far apart, and near 0 if they overlap.

    `separation.nearest_accuracy`, `separation.lda_accuracy`: accuracy of predicting the class by the nearest and by the
    likeliest cluster (`Clusters`), with five-fold cross-validation on these examples.
    `separation.majority_baseline`: accuracy of always predicting the largest class.

    Examples of unknown class (−1) are left out.

    Codes of a MultiEncoder may lie apart because the domains differ or because the encoders differ. The metric
    `cross_encoding` distinguishes the two reasons.
    """
    from sklearn.metrics import silhouette_score
    from sklearn.model_selection import StratifiedKFold

    z, y = codes_and_classes(model, batches)
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2 or counts.max() < FOLDS:
        raise NotApplicable(f"it needs two classes, one of them with {FOLDS} examples or more")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns about classes with fewer examples than folds
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(z, y))
    nearest, likeliest = cross_validated(z, y, folds)
    return {
        "separation.silhouette": float(silhouette_score(z, y)),
        "separation.nearest_accuracy": float((nearest == y).mean()),
        "separation.lda_accuracy": float((likeliest == y).mean()),
        "separation.majority_baseline": float(counts.max() / len(y)),
    }
