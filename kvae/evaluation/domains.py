"""What codes say of the modes of the data: who made an example, when, and whether encoders share their latent space.

A mode is a class, such as a painter. An example's code is the one that `encode` gives it, the posterior's mean; a model that
takes labels, such as a MultiEncoder, is given the example's own, so that a painting goes through its painter's encoder.
Examples whose class is unknown (−1) take no part.
"""

import warnings
from collections.abc import Sequence

import numpy as np

from kvae.capabilities import DOMAINS
from kvae.evaluation.attributes import interval
from kvae.evaluation.batches import examples
from kvae.evaluation.clusters import Clusters, cross_validated, ridge
from kvae.evaluation.collapse import activity, units
from kvae.evaluation.requirements import NotApplicable, require_decoder, require_encoder

CONFUSION, CROSSED = "attribution.confusion.", "cross_encoding.error."
"""What stands before a class's name in the rows of the two matrices."""

FOLDS = 5
"""Of a cross-validation."""

FEWEST = 20
"""Dated training examples of a class from which it has a time-line of its own."""


def separation(model, batches, seed: int = 0) -> dict[str, float]:
    """How far apart the classes' codes lie.

    `separation.silhouette`: the mean over examples of (b − a) / max(a, b), with a the mean distance to the other codes of
    its class and b that to the codes of the nearest other class (Rousseeuw 1987): 1 apart, 0 one in another.
    `separation.nearest`, `separation.likeliest`: accuracy of the class of the nearest and of the likeliest cluster
    (`Clusters`; the second is linear discriminant analysis), both learnt from four fifths of these examples and judged on
    the last, in turn. `separation.majority`: the share of the largest class, which who knows no code gets right.

    Codes of a MultiEncoder may lie apart because painters differ, or because encoders do: `cross_encoding` says which.
    """
    from sklearn.metrics import silhouette_score
    from sklearn.model_selection import StratifiedKFold

    z, y = codes_and_classes(model, batches)
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2 or counts.max() < FOLDS:
        raise NotApplicable(f"it takes two classes, one of them of {FOLDS} examples or more")
    with warnings.catch_warnings():  # of classes with fewer examples than folds, which some folds do not know
        warnings.simplefilter("ignore")
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(z, y))
    nearest, likeliest = cross_validated(z, y, folds)
    return {
        "separation.silhouette": float(silhouette_score(z, y)),
        "separation.nearest": float((nearest == y).mean()),
        "separation.likeliest": float((likeliest == y).mean()),
        "separation.majority": float(counts.max() / len(y)),
    }


def attribution(model, batches, training=None) -> dict:
    """Whose an example is, told by the clusters of the training examples' codes (`Clusters`), whose classes are known.

    `attribution.accuracy`: the share of examples whose nearest cluster is that of their class; `attribution.likeliest`:
    the same by the likeliest cluster, which weighs each by its share of the training examples. `.low` and `.high` bound
    both with 95 % confidence (bootstrap over the examples). `attribution.balanced`: the mean over classes of the first,
    1 / classes for an answer that knows nothing. `attribution.majority`: the share of examples of the class that has most
    training examples. `attribution.confusion.<Name>`: of the examples of this class, how many have each cluster as the
    nearest, in the order of the classes.

    The example's own class is not looked at. A model that takes classes encodes it once for each of them, a MultiEncoder
    through each painter's encoder, and the answer is that of the nearest (or likeliest) pair of a code and a cluster. For
    such a model `attribution.joint` is the share told by the likeliest cluster of all these codes side by side, of the
    training examples too: what the encoders know together. An example of a class without training examples cannot be
    told, and counts.

    Args:
        training: batches of the training examples.
    """
    if training is None:
        raise NotApplicable("it takes training examples: training=Batches(…)")
    clusters = Clusters.of(*codes_and_classes(model, training))
    if len(clusters.classes) < 2:
        raise NotApplicable("it takes training examples of two classes or more")
    z, truth = codes_of_unknown(model, batches)
    if len(truth) == 0:
        raise NotApplicable("no example's class is known")
    nearest, likeliest = clusters.attribute(z)
    joint = {}
    if z.ndim == 3:
        learnt, of = codes_of_unknown(model, training)
        _, told = Clusters.of(learnt.reshape(len(learnt), -1), of).attribute(z.reshape(len(z), -1))
        joint = interval("attribution.joint", told == truth)
    numbers = np.union1d(clusters.classes, truth)
    names = class_names(batches, numbers)
    confusion = np.array([[np.sum((truth == a) & (nearest == b)) for b in numbers] for a in numbers])
    present = confusion.sum(axis=1) > 0
    most = clusters.classes[np.argmax(clusters.share)]
    return {
        **interval("attribution.accuracy", nearest == truth),
        **interval("attribution.likeliest", likeliest == truth),
        **joint,
        "attribution.balanced": float(np.mean(np.diag(confusion)[present] / confusion.sum(axis=1)[present])),
        "attribution.majority": float((truth == most).mean()),
        **{f"{CONFUSION}{name}": row.tolist() for name, row in zip(names, confusion, strict=True)},
    }


def timeline(model, batches, training=None) -> dict[str, float]:
    """When an example was made, told by its code: the column "year", ridge regression, the penalty cross-validated.

        year ≈ a + b·z          a, b = argmin Σ_i (year_i − a − b·z_i)² + α ‖b‖²

    over the dated training examples. `timeline.mae`: the mean error |year − ŷ| of the dated examples in years, `.low` and
    `.high` its bounds of 95 % confidence; `timeline.mean`: the error of who always says the mean year of training;
    `timeline.class_mean`: of who says that of the example's class, where classes are known; `timeline.n`: how many are
    dated. `timeline.<Name>.mae` and `timeline.<Name>.mean`: the same within a class of `FEWEST` dated training examples or
    more, by a regression of its own. Examples without a year (NaN) take no part.

    Args:
        training: batches of the training examples.
    """
    if training is None:
        raise NotApplicable("it takes training examples: training=Batches(…)")
    (z, years, y), (known_z, known_years, known_y) = (dated(model, each) for each in (batches, training))
    if len(years) == 0 or len(known_years) < FOLDS:
        raise NotApplicable(f"it takes {FOLDS} dated training examples, and a dated one to judge by")
    error = np.abs(ridge(known_z, known_years).predict(z) - years)
    figures = interval("timeline.mae", error)
    figures["timeline.mean"] = float(np.abs(known_years.mean() - years).mean())
    figures["timeline.n"] = len(years)
    if y is None or known_y is None:
        return figures
    means = {c: known_years[known_y == c].mean() for c in np.unique(known_y)}
    guess = np.array([means.get(c, known_years.mean()) for c in y])
    figures["timeline.class_mean"] = float(np.abs(guess - years).mean())
    enough = [c for c in means if c >= 0 and np.sum(known_y == c) >= FEWEST and np.any(y == c)]
    for number, name in zip(enough, class_names(batches, enough), strict=True):
        own, mine = known_y == number, y == number
        error = np.abs(ridge(known_z[own], known_years[own]).predict(z[mine]) - years[mine])
        figures[f"timeline.{name}.mae"] = float(error.mean())
        figures[f"timeline.{name}.mean"] = float(np.abs(means[number] - years[mine]).mean())
    return figures


def cross_encoding(model, batches) -> dict:
    """What becomes of every class in every encoder of a MultiEncoder, and whether the encoders share their latent space.

    `cross_encoding.error.<Name>`: the mean |x − x̂| per dimension of the examples of this class through each encoder, in the
    order of the modes; `cross_encoding.own` and `cross_encoding.other`: through their own and, on average, through the
    others, means over the examples. `cross_encoding.best_is_own`: the share of examples that their own encoder
    reconstructs best.

    `cross_encoding.told_apart`: how often the likeliest cluster (`Clusters`, cross-validated over examples) tells which
    encoder a code comes from, when all encoders see the same examples: `cross_encoding.chance` = 1 / encoders where they
    share the space, 1 where they split it. `cross_encoding.displacement`: the root mean square distance between the codes
    that two encoders give one example, over that between the codes that one encoder gives two: 0 where encoders agree,
    1 or more where the code means something else to each.
    """
    from sklearn.model_selection import GroupKFold

    if DOMAINS not in model.capabilities:
        raise NotApplicable(f"{type(model).__name__} has one encoder")
    if len(model.modes) < 2:
        raise NotApplicable("it takes two encoders or more")
    classes, codes, errors = classes_of(batches), [], []
    for x, *_ in examples(batches):
        z = model.encode_each(x)  # (B, P, D)
        crossed = [np.abs(model.decode(z[:, p]) - x).reshape(len(x), -1).mean(axis=1) for p in range(z.shape[1])]
        codes.append(z)
        errors.append(np.stack(crossed, axis=1))
    error, z = np.concatenate(errors).astype("float64"), np.concatenate(codes).astype("float64")  # (N, P), (N, P, D)
    n, encoders = error.shape
    own = np.take_along_axis(error, classes[:, None], axis=1)[:, 0]
    present = np.unique(classes)
    figures = {
        f"{CROSSED}{name}": [round(float(value), 6) for value in error[classes == number].mean(axis=0)]
        for number, name in zip(present, class_names(batches, present), strict=True)
    }
    figures |= {
        "cross_encoding.own": float(own.mean()),
        "cross_encoding.other": float(((error.sum(axis=1) - own) / (encoders - 1)).mean()),
        "cross_encoding.best_is_own": float((error.argmin(axis=1) == classes).mean()),
        "cross_encoding.chance": 1 / encoders,
    }
    if n < FOLDS:
        reason = NotApplicable(f"it takes {FOLDS} examples or more")
        return figures | dict.fromkeys(("cross_encoding.told_apart", "cross_encoding.displacement"), reason)
    flat, encoder, example = z.reshape(n * encoders, -1), np.tile(np.arange(encoders), n), np.arange(n).repeat(encoders)
    _, told = cross_validated(flat, encoder, GroupKFold(FOLDS).split(flat, encoder, example))
    figures["cross_encoding.told_apart"] = float((told == encoder).mean())
    between = 2 * z.var(axis=1).sum(axis=-1).mean() * encoders / (encoders - 1)  # E ‖z_e − z_e'‖², e ≠ e'
    within = 2 * z.var(axis=0).sum(axis=-1).mean() * n / (n - 1)  # E ‖z_e(x) − z_e(x')‖², x ≠ x'
    alike = NotApplicable("all codes are alike")
    figures["cross_encoding.displacement"] = float(np.sqrt(between / within)) if within > 0 else alike
    return figures


def collapse_by_class(model, batches) -> dict:
    """`active_units.<Name>` and `kl_per_unit.<Name>`: those of `collapse`, over the examples of each class alone.

    A unit that is active over all and not within a class tells this class from the others, and nothing more of it. One
    example has no variance.
    """
    mean, rates = units(model, batches)
    classes = classes_of(batches)
    present = np.unique(classes[classes >= 0])
    figures = {}
    for number, name in zip(present, class_names(batches, present), strict=True):
        mine = classes == number
        found = activity(mean[mine], None if rates is None else rates[mine])
        if mine.sum() < 2:
            found["active_units"] = NotApplicable("one example has no variance")
        figures |= {f"{figure}.{name}": value for figure, value in found.items()}
    return figures


def reconstruction_by_class(model, batches) -> dict[str, float]:
    """`mae.<Name>`: mean |x − x̂| of `reconstruction`, over the examples of each class alone."""
    require_decoder(model)
    classes = classes_of(batches)
    error = [np.abs(model.reconstruct(*data).astype("float64") - data[0]) for data in examples(batches)]
    error = np.concatenate([e.reshape(len(e), -1).mean(axis=1) for e in error])
    present = np.unique(classes[classes >= 0])
    names = class_names(batches, present)
    return {f"mae.{name}": float(error[classes == number].mean()) for number, name in zip(present, names, strict=True)}


# ------------------------------------------------------------------ codes


def codes_and_classes(model, batches) -> tuple[np.ndarray, np.ndarray]:
    """Codes (N, D) and classes (N,) of the examples whose class is known."""
    y = classes_of(batches)
    z = codes(model, batches)
    return z[y >= 0], y[y >= 0]


def codes_of_unknown(model, batches) -> tuple[np.ndarray, np.ndarray]:
    """The same examples, encoded as if their classes were not known: codes (N, D), or, where a code depends on the class,
    (N, P, D), one for each that there is; and classes (N,)."""
    if "y" not in model.batch_spec:
        return codes_and_classes(model, batches)
    y = classes_of(batches)
    if not model.labels.exclusive:
        raise NotApplicable("it takes classes, and the labels are attributes")
    z = np.concatenate([model.encode_each(x) for x, *_ in examples(batches)]).astype("float64")
    return z[y >= 0], y[y >= 0]


def dated(model, batches) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Codes (N, D), years (N,) and classes (N,), or None, of the examples with a year."""
    if "year" not in batches.columns:
        raise NotApplicable("the data have no years")
    years = np.asarray(batches.columns["year"], "float64")[batches.order]
    known = np.isfinite(years)
    y = batches.labels
    if y is not None:
        y = np.asarray(y)[batches.order][known] if np.ndim(y) == 1 else None
    return codes(model, batches)[known], years[known], y


def codes(model, batches) -> np.ndarray:
    """Codes (N, D) of all examples, in the order of the batches."""
    require_encoder(model)
    return np.concatenate([model.encode(*data) for data in examples(batches)]).astype("float64")


def classes_of(batches) -> np.ndarray:
    """Classes (N,) of all examples, in the order of the batches."""
    if batches.labels is None:
        raise NotApplicable("the data have no labels")
    if np.ndim(batches.labels) != 1:
        raise NotApplicable("it takes classes, and the labels are attributes")
    return np.asarray(batches.labels)[batches.order].astype("int64")


def class_names(batches, numbers: Sequence[int]) -> list[str]:
    """What the classes of these numbers are called."""
    return [batches.names[number] if number < len(batches.names) else str(number) for number in numbers]
