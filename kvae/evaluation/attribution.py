"""The attribution of held-out examples to classes by clusters of the latent codes of the training examples."""

import numpy as np

from kvae.evaluation.clusters import Clusters
from kvae.evaluation.codes import codes_and_classes, codes_under_every_class
from kvae.evaluation.labels import class_names
from kvae.evaluation.metric import TrainingBatches, metric
from kvae.evaluation.requirements import NotApplicable, require_training
from kvae.evaluation.uncertainty import mean_and_interval

CONFUSION = "attribution.confusion."
"""Prefix of the rows of the confusion matrix, followed by the name of a class."""


@metric(
    "attribution",
    default_for=None,
    reports=(
        "attribution.accuracy",
        "attribution.accuracy.low",
        "attribution.accuracy.high",
        "attribution.lda_accuracy",
        "attribution.lda_accuracy.low",
        "attribution.lda_accuracy.high",
        "attribution.joint",
        "attribution.joint.low",
        "attribution.joint.high",
        "attribution.balanced",
        "attribution.majority_baseline",
        f"{CONFUSION}*",
    ),
)
def attribution(model, batches, *, training: TrainingBatches = None) -> dict:
    """Return the accuracy of predicting the class of an example by the nearest cluster of training codes (`Clusters`).

    `attribution.accuracy`: share of examples whose nearest cluster is that of their class. `attribution.lda_accuracy`:
    the same share for the likeliest cluster, which weighs each cluster by its share of the training examples. Both have
    a 95 % confidence interval, `.low` and `.high` (bootstrap over the examples).

    `attribution.balanced`: mean over the classes of the accuracy within a class. With C classes, chance level is 1/C.
    `attribution.majority_baseline`: accuracy of always predicting the largest class of the training examples.
    `attribution.confusion.<Name>`: a row of the confusion matrix. It holds, for each class in order, the number of
    examples of the class <Name> whose nearest cluster is that of this class.

    The class of a held-out example is not used to encode it. A model that takes classes encodes the example once for
    each class (a MultiEncoder once with each encoder). The distance to a cluster is then that of the closest code. For
    these models, `attribution.joint` is the accuracy of the likeliest cluster if the codes of an example are
    concatenated. It has an interval too.

    Examples of a class that is absent from the training set count as errors. Examples of unknown class (−1) are left
    out.
    """
    require_training(training)
    clusters = Clusters.of(*codes_and_classes(model, training))
    if len(clusters.classes) < 2:
        raise NotApplicable("it needs training examples of two classes or more")
    z, truth = codes_under_every_class(model, batches)  # (N, D) or (N, P, D)
    if len(truth) == 0:
        raise NotApplicable("the class of every example is unknown")
    nearest, likeliest = clusters.classify(z)
    joint = _joint(model, training, z, truth) if z.ndim == 3 else {}
    numbers = np.union1d(clusters.classes, truth)
    names = class_names(batches, numbers)
    confusion = np.array([[np.sum((truth == a) & (nearest == b)) for b in numbers] for a in numbers])
    present = confusion.sum(axis=1) > 0
    largest = clusters.classes[np.argmax(clusters.share)]
    return {
        **mean_and_interval("attribution.accuracy", nearest == truth),
        **mean_and_interval("attribution.lda_accuracy", likeliest == truth),
        **joint,
        "attribution.balanced": float(np.mean(np.diag(confusion)[present] / confusion.sum(axis=1)[present])),
        "attribution.majority_baseline": float((truth == largest).mean()),
        **{f"{CONFUSION}{name}": row.tolist() for name, row in zip(names, confusion, strict=True)},
    }


def _joint(model, training, z: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return `attribution.joint`: the accuracy for the codes (N, P, D) of all encoders, concatenated to (N, P · D)."""
    z_train, classes = codes_under_every_class(model, training)
    _, likeliest = Clusters.of(z_train.reshape(len(z_train), -1), classes).classify(z.reshape(len(z), -1))
    return mean_and_interval("attribution.joint", likeliest == truth)
