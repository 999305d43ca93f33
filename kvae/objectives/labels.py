"""Losses of predicted labels, in nats."""

from keras import ops

from kvae.distributions.base import promote
from kvae.objectives.batch import batch_mean


def label_information(labels, logits, base_rate=None):
    """Return a measure of the information about labels in the predictions q(y|z) of an adversary, a mean over the batch.

    Without `base_rate` it is Σ_y q(y|z) log q(y|z), the negative entropy (Klys et al. 2018, eq. 9). It is smallest for
    uniform predictions. With `base_rate` it is KL(base rate ‖ q). It is smallest for an adversary that always predicts the
    frequencies of the labels.

    Args:
        labels: the label specification.
        logits: the logits of q(y|z), (B, units).
        base_rate: the frequencies of the labels (units,), or None.
    """
    if base_rate is None:
        return batch_mean(labels.negative_entropy(logits))
    return batch_mean(labels.divergence(base_rate, logits))


def known_class_loss(classes, logits):
    """Return the mean cross-entropy of the examples with a known class, or 0 if there are none.

    `classes` (B,) holds the number of each class, from 0, or −1 where it is unknown. `logits` has the shape (B, C).
    """
    (logits,) = promote(logits)
    known = ops.cast(classes >= 0, logits.dtype)
    log_prob = ops.log_softmax(logits, axis=-1)
    place = ops.cast(ops.maximum(classes, 0), "int32")[:, None]
    of_class = ops.take_along_axis(log_prob, place, axis=-1)[:, 0]  # (B, C) -> (B,)
    return -ops.sum(known * of_class) / ops.maximum(ops.sum(known), 1)
