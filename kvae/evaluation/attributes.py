"""Whether pictures show the labels that were asked for, as a classifier sees them."""

from collections.abc import Sequence

import numpy as np
from keras import ops

from kvae.capabilities import CLASSIFIER
from kvae.evaluation.batches import examples
from kvae.evaluation.requirements import NotApplicable

RESAMPLES = 1000
"""Of the bootstrap."""


def accuracy(model, batches) -> dict[str, float]:
    """`accuracy` of a classifier: the share of right answers, over examples and attributes; and of each attribute or
    class, `accuracy.<Name>`, over its examples with and without it."""
    if CLASSIFIER not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} answers no labels")
    answers, truth = [], []
    for x, y in examples(batches):
        answers.append(model.labels.answers(model.probabilities(x)))
        truth.append(_held(model, y))
    right = np.concatenate(answers) == np.concatenate(truth)  # (N, A)
    whole = right.all(axis=1) if model.labels.exclusive else right
    each = zip(_names(batches, right.shape[1]), right.mean(axis=0), strict=True)
    return {"accuracy": float(whole.mean()), **{f"accuracy.{name}": float(share) for name, share in each}}


def attributes(model, batches, judge=None, judged: Sequence[str] = (), seed: int = 0) -> dict[str, float]:
    """`accuracy.generation.<Name>` and `accuracy.transfer.<Name>`: how often a classifier sees what was asked for.

    Generation: as many pictures as are held out, sampled with labels (all of them) of held-out examples that have this
    attribute (or class), drawn with replacement. Transfer: held-out examples without it, decoded with it and their other
    labels. `.low` and `.high` bound the share with 95 % confidence (bootstrap over the pictures); `.base_rate` is the
    share of the held-out pictures themselves in which the classifier sees it. Beside them, `accuracy.reconstruction.<Name>`:
    of held-out examples with it, the share whose reconstructions show it, for so much can be read in the model's pictures
    at all; `accuracy.without.<Name>`: of pictures sampled with labels that lack it, the share that show none.

    `judge` is a `Classifier` whose outputs are called `judged`; attributes that it does not know are left out.
    """
    if judge is None:
        raise NotApplicable("it takes a classifier: --judge RUN")
    if "y" not in model.batch_spec:
        raise NotApplicable(f"{type(model).__name__} takes no labels")
    x, y = (np.concatenate(parts) for parts in zip(*examples(batches), strict=True))
    held = _held(model, y)
    names = _names(batches, held.shape[1])
    known = {name: list(judged).index(name) for name in names if name in judged}
    if not known:
        raise NotApplicable(f"the classifier knows none of {', '.join(names)}")
    seen, again = (judge.labels.answers(judge.probabilities(pictures)) for pictures in (x, model.reconstruct(x, y)))
    figures = {}

    def sampled(held_out):
        rows = np.random.default_rng(seed).choice(np.flatnonzero(held_out), len(y))
        return model.sample(len(y), y[rows], seed=seed)

    for name, column in known.items():
        unit, labels = names.index(name), model.labels

        def shares(pictures, column=column):
            return judge.labels.answers(judge.probabilities(pictures))[:, column]

        present, without = held[:, unit], ~held[:, unit]
        if present.any():
            figures |= interval(f"accuracy.generation.{name}", shares(sampled(present)))
            figures[f"accuracy.reconstruction.{name}"] = float(again[present, column].mean())
        if without.any():
            moved = model.transfer(x[without], y[without], labels.with_label(y[without], unit))
            figures |= interval(f"accuracy.transfer.{name}", shares(moved))
            figures[f"accuracy.without.{name}"] = float(1 - shares(sampled(without)).mean())
        for kind in ("generation", "transfer"):
            figures[f"accuracy.{kind}.{name}.base_rate"] = float(seen[:, column].mean())
    return figures


def interval(name: str, values: np.ndarray) -> dict[str, float]:
    """`name`: the mean of `values` (N,); `.low` and `.high`, of two or more, bound it with 95 % confidence (bootstrap)."""
    from scipy.stats import bootstrap

    if len(values) < 2:
        return {name: float(values.mean())}

    bounds = bootstrap(
        (values.astype(float),), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return {name: float(values.mean()), f"{name}.low": float(bounds.low), f"{name}.high": float(bounds.high)}


def _held(model, y) -> np.ndarray:
    """Which attributes or classes the labels `y` hold: (N, A)."""
    return model.labels.answers(ops.convert_to_numpy(model.labels.encode(y)))


def _names(batches, count: int) -> list[str]:
    """What the columns of labels (N, A) are called."""
    return list(batches.names) if len(batches.names) == count else [str(i) for i in range(count)]
