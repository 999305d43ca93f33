"""The share of generated images in which a classifier recognises the labels with which they were generated."""

import numpy as np

from kvae.capabilities import DECODER, LABELS
from kvae.evaluation.batches import examples
from kvae.evaluation.labels import label_matrix, label_names
from kvae.evaluation.metric import Classifier, ClassNames, Seed, metric
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.samplers import PRIOR
from kvae.evaluation.uncertainty import mean_and_interval


@metric(
    "attributes",
    needs={DECODER, LABELS},
    default_for={DECODER, LABELS},
    reports=(
        "accuracy.sampler",
        "accuracy.generation.*",
        "accuracy.transfer.*",
        "accuracy.reconstruction.*",
        "accuracy.without.*",
    ),
)
def attributes(
    model, batches, *, classifier: Classifier = None, class_names: ClassNames = (), seed: Seed = 0
) -> dict[str, float | str]:
    """Return the share of generated images in which a classifier recognises the attribute they were generated with.

    If the labels are classes, an image has the attribute <Name> if it is of the class <Name>.

    `accuracy.generation.<Name>`: share of samples with the attribute in which the classifier recognises it. There are
    as many samples as held-out examples. Their labels are labels of held-out examples with the attribute, drawn with
    replacement. Their latent codes are drawn from the prior, as `accuracy.sampler` says.

    `accuracy.transfer.<Name>`: the same share for held-out examples without the attribute, decoded with it and with
    their other labels unchanged.

    Both values have a 95 % confidence interval, `.low` and `.high` (bootstrap over the images), and a `.base_rate`: the
    share of held-out images in which the classifier recognises the attribute.

    `accuracy.reconstruction.<Name>`: share of held-out examples with the attribute in whose reconstruction the
    classifier recognises it. It is an upper reference for the other values.

    `accuracy.without.<Name>`: share of samples without the attribute in which the classifier does not recognise it.

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

    def sampled(members) -> np.ndarray:
        """Return samples with the labels of the examples for which `members` (N,) is True."""
        rows = np.random.default_rng(seed).choice(np.flatnonzero(members), len(y))
        return model.sample(len(y), y[rows], seed=seed)

    real, reconstructed = recognized(x), recognized(model.reconstruct(x, y))
    values: dict = {"accuracy.sampler": PRIOR}
    for name, column in columns.items():
        attribute = names.index(name)
        present, absent = truth[:, attribute], ~truth[:, attribute]
        if present.any():
            values |= mean_and_interval(f"accuracy.generation.{name}", recognized(sampled(present))[:, column])
            values[f"accuracy.reconstruction.{name}"] = float(reconstructed[present, column].mean())
        if absent.any():
            transferred = model.transfer(x[absent], y[absent], model.labels.with_label(y[absent], attribute))
            values |= mean_and_interval(f"accuracy.transfer.{name}", recognized(transferred)[:, column])
            values[f"accuracy.without.{name}"] = float(1 - recognized(sampled(absent))[:, column].mean())
        for kind in ("generation", "transfer"):
            values[f"accuracy.{kind}.{name}.base_rate"] = float(real[:, column].mean())
    return values
