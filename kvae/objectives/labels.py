"""Losses of predicted labels. In nats."""

from keras import ops

from kvae.objectives.batch import batch_mean


def label_information(labels, logits, base_rate=None):
    """Return how much an adversary's predictions say about the labels, a mean over the batch.

    Σ_y q(y) log q(y), the negative entropy (Klys et al. 2018, eq. 9), which is least for predictions of one half; or,
    with `base_rate`, KL(base rate ‖ q), which is least for an adversary that always predicts the labels' frequencies.

    Args:
        labels: the label specification.
        logits: of q(y|z), (B, units).
        base_rate: the frequencies of the labels (units,), or None.
    """
    if base_rate is None:
        return batch_mean(labels.negative_entropy(logits))
    return batch_mean(labels.divergence(base_rate, logits))


def known_class_loss(classes, logits):
    """Return the cross-entropy over the examples with a known class, or 0 if there are none.

    `classes` (B,) holds numbers from 0, and −1 where the class is unknown; `logits` has the shape (B, C).
    """
    known = ops.cast(classes >= 0, logits.dtype)
    log_prob = ops.log_softmax(logits, axis=-1)
    place = ops.cast(ops.maximum(classes, 0), "int32")[:, None]
    of_class = ops.take_along_axis(log_prob, place, axis=-1)[:, 0]  # (B, C) -> (B,)
    return -ops.sum(known * of_class) / ops.maximum(ops.sum(known), 1)
