"""The accuracy of a classifier."""

import numpy as np

from kvae.capabilities import CLASSIFIER
from kvae.evaluation.batches import examples
from kvae.evaluation.labels import label_matrix, label_names
from kvae.evaluation.metric import metric


@metric("accuracy", needs={CLASSIFIER}, quick=True, default_for={CLASSIFIER}, reports=("accuracy", "accuracy.*"))
def accuracy(model, batches) -> dict[str, float]:
    """Return `accuracy`, the share of correct predictions of a classifier, and `accuracy.<Name>` by attribute or class.

    For attributes, `accuracy` is the mean over examples and attributes. For classes, it is the share of examples whose
    class is predicted. `accuracy.<Name>` is the share of all examples for which the prediction of this one attribute or
    class, yes or no, is correct.
    """
    predicted, truth = [], []
    for x, y in examples(batches):
        predicted.append(model.labels.answers(model.probabilities(x)))
        truth.append(label_matrix(model, y))
    correct = np.concatenate(predicted) == np.concatenate(truth)  # (N, A)
    overall = correct.all(axis=1) if model.labels.exclusive else correct
    names = label_names(batches, correct.shape[1])
    shares = {f"accuracy.{name}": float(share) for name, share in zip(names, correct.mean(axis=0), strict=True)}
    return {"accuracy": float(overall.mean()), **shares}
