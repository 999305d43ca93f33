"""What codes say about labels: the divergence between the labels' codes, and whether a classifier can tell them apart."""

import keras
import numpy as np
from keras import ops

from kvae.backends import compiled
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable, require_posterior

NEIGHBOUR = 5
"""The k of the k-nearest-neighbour estimator."""


def divergence(model, batches, seed: int = 0) -> dict[str, float]:
    """`divergence.z`: how far apart the codes z ~ q(z|x) of examples with and without a label lie, in nats,

        ½ KL(q(z|y=1) ‖ q(z|y=0)) + ½ KL(q(z|y=0) ‖ q(z|y=1))

    by the k-nearest-neighbour estimator; a mean over the attributes, or over the pairs of one class and the others. The
    same for every further part of the code: `divergence.w`. Near 0 where the code does not tell the label.
    """
    codes, labels = codes_and_labels(model, batches, seed)
    return {
        f"divergence.{part}": float(np.mean([_symmetric(z[y == 1], z[y == 0]) for y in labels]))
        for part, z in codes.items()
    }


def leakage(model, batches, seed: int = 0) -> dict[str, float]:
    """`leakage.z`: ROC AUC of a fresh gradient-boosting classifier of the label on codes z ~ q(z|x); 0.5 is no trace.

    It learns from one half of the examples and is judged on the other; a mean over the attributes, or over the classes,
    each against the others. The same for every further part of the code. An adversary that is at chance may only be weak.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    codes, labels = codes_and_labels(model, batches, seed)
    half = np.random.default_rng(seed).permutation(len(labels[0])) % 2 == 0
    figures = {}
    for part, z in codes.items():
        scores = []
        for y in labels:
            if min(len(np.unique(y[half])), len(np.unique(y[~half]))) < 2:
                raise NotApplicable("a label has the same value throughout")
            judge = HistGradientBoostingClassifier(learning_rate=0.05, early_stopping=True, random_state=seed).fit(
                z[half], y[half]
            )
            scores.append(roc_auc_score(y[~half], judge.predict_proba(z[~half])[:, 1]))
        figures[f"leakage.{part}"] = float(np.mean(scores))
    return figures


def knn_divergence(x: np.ndarray, y: np.ndarray, k: int = NEIGHBOUR) -> float:
    """KL(P ‖ Q) in nats of samples x (n, d) of P and y (m, d) of Q:

        d/n Σ_i log(ν_k(i) / ρ_k(i)) + log(m / (n − 1))

    with ρ_k(i) the distance of x_i to its k-th neighbour among the other x, ν_k(i) to that among y (Wang, Kulkarni and
    Verdú 2009, eq. 5). It may fall below 0. Points that coincide with k others have no density and are left out.
    """
    from scipy.spatial import cKDTree

    n, m = len(x), len(y)
    if min(n - 1, m) < k:
        raise NotApplicable(f"it takes more than {k} examples of each label")
    rho = cKDTree(x).query(x, [k + 1])[0][:, 0]  # the nearest is the point itself
    nu = cKDTree(y).query(x, [k])[0][:, 0]
    apart = (rho > 0) & (nu > 0)
    if not apart.any():
        raise NotApplicable("all codes of a label coincide")
    return float(x.shape[1] * np.mean(np.log(nu[apart] / rho[apart])) + np.log(m / (n - 1)))


def _symmetric(x, y) -> float:
    return (knn_divergence(x, y) + knn_divergence(y, x)) / 2


def codes_and_labels(model, batches, seed):
    """Codes by part (N, D), drawn from the posterior, and 0/1 labels, an array (N,) for each attribute or class."""
    require_posterior(model)
    if batches.labels is None:
        raise NotApplicable("the data have no labels")
    noise = keras.random.SeedGenerator(seed)
    draw = compiled(lambda *data: model.posterior(*data).sample(noise), [*model.variables, noise.state])
    parts = [ops.convert_to_numpy(draw(*map(ops.convert_to_tensor, data))) for data in examples(batches)]
    z, y = np.concatenate(parts).astype("float64"), np.asarray(batches.labels)
    if y.ndim == 2:
        labels = list(y.T)
    else:
        labels = [y == value for value in np.unique(y)]
        labels = labels[1:] if len(labels) == 2 else labels  # of two classes, one says all
    return {part: z[:, where] for part, where in model.parts.items()}, [np.asarray(y, int) for y in labels]
