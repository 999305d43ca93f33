"""The share of generated images in which a classifier recognises the labels with which they were generated."""

from collections.abc import Iterator

import numpy as np

from kvae.capabilities import DECODER, LABELS
from kvae.evaluation.batches import examples
from kvae.evaluation.labels import label_matrix, label_names
from kvae.evaluation.metric import Classifier, ClassNames, FittedSampler, Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.samplers import samples_of
from kvae.evaluation.uncertainty import mean_and_interval


@metric(
    "attributes",
    needs={DECODER, LABELS},
    default_for={DECODER, LABELS},
    reports=(
        "accuracy.generation.*.{sampler}",
        "accuracy.generation.*.{sampler}.low",
        "accuracy.generation.*.{sampler}.high",
        "accuracy.generation.*.base_rate",
        "accuracy.transfer.*",
        "accuracy.reconstruction.*",
        "accuracy.without.*.{sampler}",
        "attributes.classifier*",
    ),
)
def attributes(
    model,
    batches,
    *,
    classifier: Classifier = None,
    class_names: ClassNames = (),
    sampler: FittedSampler = None,
    seed: Seed = 0,
) -> dict[str, float]:
    """Return the share of generated images in which a classifier recognises the attribute they were generated with.

    If the labels are classes, an image has the attribute <Name> if it is of the class <Name>.

    `accuracy.generation.<Name>.prior`: share of samples with the attribute in which the classifier recognises it, for
    samples whose latent codes are drawn from the prior. There are as many samples as held-out examples. Their labels are
    labels of held-out examples with the attribute, drawn with replacement.
    `accuracy.generation.<Name>.mixture`, or `.normal`: that of samples from the sampler that was fitted after training, if
    there is one. Their labels are the same.

    `accuracy.transfer.<Name>`: the same share for held-out examples without the attribute, decoded with it and with
    their other labels unchanged.

    All these values have a 95 % confidence interval, `.low` and `.high` (bootstrap over the images).
    `accuracy.generation.<Name>.base_rate` and `accuracy.transfer.<Name>.base_rate` are the share of held-out images in
    which the classifier recognises the attribute.

    `accuracy.reconstruction.<Name>`: share of held-out examples with the attribute in whose reconstruction the
    classifier recognises it. It is an upper reference for the other values.

    `accuracy.without.<Name>.prior`, …: share of samples without the attribute in which the classifier does not recognise it.

    `classifier` is a `Classifier` with outputs named `class_names`. Attributes that it does not predict are left out.
    """
    if classifier is None:
        raise NotApplicable("it needs a classifier: --classifier RUN")
    x, y = (np.concatenate(parts) for parts in zip(*examples(batches), strict=True))
    truth = label_matrix(model, y)  # (N, A)
    names = label_names(batches, truth.shape[1])
    columns = {name: list(class_names).index(name) for name in names if name in class_names}
    if not columns:
        raise NotApplicable(f"the classifier predicts none of {', '.join(names)}")

    def recognized(images) -> np.ndarray:
        return classifier.labels.answers(classifier.probabilities(images))

    def recognized_in_samples(members, column: int) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the answers (N,) for samples from each sampler, with the labels of the examples among `members` (N,)."""
        rows = np.random.default_rng(seed).choice(np.flatnonzero(members), len(y))
        for drawn_from, images in samples_of(model, len(y), y[rows], seed=seed, fitted=sampler):
            yield drawn_from, recognized(images)[:, column]

    real, reconstructed = recognized(x), recognized(model.reconstruct(x, y))
    values = {}
    for name, column in columns.items():
        attribute = names.index(name)
        present, absent = truth[:, attribute], ~truth[:, attribute]
        if present.any():
            for drawn_from, found in recognized_in_samples(present, column):
                values |= mean_and_interval(f"accuracy.generation.{name}.{drawn_from}", found)
            values[f"accuracy.reconstruction.{name}"] = float(reconstructed[present, column].mean())
        if absent.any():
            transferred = model.transfer(x[absent], y[absent], model.labels.with_label(y[absent], attribute))
            values |= mean_and_interval(f"accuracy.transfer.{name}", recognized(transferred)[:, column])
            for drawn_from, found in recognized_in_samples(absent, column):
                values[f"accuracy.without.{name}.{drawn_from}"] = float(1 - found.mean())
        for kind in ("generation", "transfer"):
            values[f"accuracy.{kind}.{name}.base_rate"] = float(real[:, column].mean())
    return values
