"""The divergence between the latent codes of examples with and without a label."""

import numpy as np

from kvae.capabilities import DECODER, LABELS, POSTERIOR
from kvae.evaluation.codes import sampled_codes_and_labels
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable

NEIGHBOR = 5
"""Number k of the k-nearest-neighbour estimator."""


@metric("divergence", needs={DECODER, POSTERIOR}, default_for={DECODER, LABELS}, reports=("divergence.*",))
def divergence(model, batches, *, seed: Seed = 0) -> dict[str, float]:
    """Return `divergence.z`: the symmetric KL divergence, in nats, of the codes of examples with and without a label.

        ½ KL(q(z|y=1) ‖ q(z|y=0)) + ½ KL(q(z|y=0) ‖ q(z|y=1))

    It is estimated from codes z ~ q(z|x) by their k nearest neighbours (`knn_divergence`). The value is the mean over
    the attributes, or over the classes, where each class is compared with all others. Every further part of the latent
    code has a value too, such as `divergence.w`. A value near 0 means that the codes carry no information about the
    label.
    """
    codes, labels = sampled_codes_and_labels(model, batches, seed)
    return {
        f"divergence.{part}": float(np.mean([_symmetric(z[y == 1], z[y == 0]) for y in labels]))
        for part, z in codes.items()
    }


def knn_divergence(x: np.ndarray, y: np.ndarray, k: int = NEIGHBOR) -> float:
    """Return an estimate of KL(P ‖ Q), in nats, from samples x (n, d) of P and y (m, d) of Q.

        d/n Σ_i log(ν_k(i) / ρ_k(i)) + log(m / (n − 1))

    ρ_k(i) is the distance of x_i to its k-th neighbour among the other x, and ν_k(i) that to its k-th neighbour among y
    (Wang, Kulkarni and Verdú 2009, eq. 5). The estimate may be negative. Points that coincide with k others have no
    density and are left out.
    """
    from scipy.spatial import cKDTree

    n, m = len(x), len(y)
    if min(n - 1, m) < k:
        raise NotApplicable(f"it needs more than {k} examples of each label")
    rho = cKDTree(x).query(x, [k + 1])[0][:, 0]  # the nearest is the point itself
    nu = cKDTree(y).query(x, [k])[0][:, 0]
    distinct = (rho > 0) & (nu > 0)
    if not distinct.any():
        raise NotApplicable("all codes of a label coincide")
    return float(x.shape[1] * np.mean(np.log(nu[distinct] / rho[distinct])) + np.log(m / (n - 1)))


def _symmetric(x, y) -> float:
    return (knn_divergence(x, y) + knn_divergence(y, x)) / 2
