"""The ROC AUC of a new classifier that predicts labels from latent codes."""

import numpy as np

from kvae.capabilities import DECODER, LABELS, POSTERIOR
from kvae.evaluation.codes import sampled_codes_and_labels
from kvae.evaluation.metric import Seed, metric
from kvae.evaluation.requirements import NotApplicable


@metric("leakage", needs={DECODER, POSTERIOR}, default_for={DECODER, LABELS}, reports=("leakage.*",))
def leakage(model, batches, *, seed: Seed = 0) -> dict[str, float]:
    """Return `leakage.z`: ROC AUC of a new gradient-boosting classifier that predicts the label from codes z ~ q(z|x).

    The classifier is trained on one half of the examples and tested on the other. The value is the mean over the
    attributes, or over the classes, where each class is compared with all others. An AUC of 0.5 means that the
    classifier predicts the label no better than chance. Every further part of the latent code has a value too, such as
    `leakage.w`.

    The loss of an adversary cannot replace this metric, because an adversary at chance level may merely be weak.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    codes, labels = sampled_codes_and_labels(model, batches, seed)
    half = np.random.default_rng(seed).permutation(len(labels[0])) % 2 == 0
    values = {}
    for part, z in codes.items():
        scores = []
        for y in labels:
            if min(len(np.unique(y[half])), len(np.unique(y[~half]))) < 2:
                raise NotApplicable("a label has the same value for all examples")
            classifier = HistGradientBoostingClassifier(learning_rate=0.05, early_stopping=True, random_state=seed)
            classifier.fit(z[half], y[half])
            scores.append(roc_auc_score(y[~half], classifier.predict_proba(z[~half])[:, 1]))
        values[f"leakage.{part}"] = float(np.mean(scores))
    return values
