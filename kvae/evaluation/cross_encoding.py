"""Metrics of codes and reconstructions of examples that are encoded by the encoders of other domains."""

import numpy as np

from kvae.capabilities import DECODER, DOMAINS
from kvae.evaluation.batches import examples
from kvae.evaluation.clusters import FOLDS, cross_validated
from kvae.evaluation.labels import class_names, classes_of
from kvae.evaluation.metric import metric
from kvae.evaluation.requirements import NotApplicable

CROSSED = "cross_encoding.error."
"""Prefix of the rows of the matrix of errors, followed by the name of a class."""


@metric(
    "cross_encoding",
    needs={DECODER, DOMAINS},
    default_for={DECODER, DOMAINS},
    reports=(
        f"{CROSSED}*",
        "cross_encoding.own",
        "cross_encoding.other",
        "cross_encoding.best_is_own",
        "cross_encoding.chance",
        "cross_encoding.encoder_identifiability",
        "cross_encoding.relative_shift",
    ),
)
def cross_encoding(model, batches) -> dict:
    """Return the errors of reconstructions with every encoder, and measures of the differences between the encoders.

    The error of an example is the mean |x − x̂| per dimension.

    `cross_encoding.error.<Name>`: a row of the matrix of errors. It holds the mean errors of the examples of the class
    <Name> with each encoder, in the order of the domains.
    `cross_encoding.own`: mean error of the examples with the encoder of their own domain.
    `cross_encoding.other`: mean error with the other encoders.
    `cross_encoding.best_is_own`: share of examples whose error is least with the encoder of their own domain.

    `cross_encoding.encoder_identifiability`: accuracy of predicting the encoder from a code, if every encoder encodes
    every example. The prediction is the likeliest cluster (`Clusters`), cross-validated over the examples. The accuracy
    is near `cross_encoding.chance` = 1/P, with P encoders, if the codes of all encoders have the same distribution. It
    is 1 if each encoder has its own region of the latent space.

    `cross_encoding.relative_shift`: root mean square distance between the codes of one example by two encoders, divided
    by that between the codes of two examples by one encoder. It is 0 if the encoders agree. It is 1 or more if a code
    depends on the encoder at least as much as on the example.
    """
    if len(model.domains) < 2:
        raise NotApplicable("it needs two encoders or more")
    z, error = _codes_and_errors(model, batches)  # (N, P, D), (N, P)
    classes, encoders = classes_of(batches), error.shape[1]
    own = np.take_along_axis(error, classes[:, None], axis=1)[:, 0]
    present = np.unique(classes)
    return {
        **{
            f"{CROSSED}{name}": [round(float(value), 6) for value in error[classes == number].mean(axis=0)]
            for number, name in zip(present, class_names(batches, present), strict=True)
        },
        "cross_encoding.own": float(own.mean()),
        "cross_encoding.other": float(((error.sum(axis=1) - own) / (encoders - 1)).mean()),
        "cross_encoding.best_is_own": float((error.argmin(axis=1) == classes).mean()),
        "cross_encoding.chance": 1 / encoders,
        "cross_encoding.encoder_identifiability": _encoder_identifiability(z),
        "cross_encoding.relative_shift": _relative_shift(z),
    }


def _codes_and_errors(model, batches) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes (N, P, D) of all examples by each of P encoders, and their mean |x − x̂| (N, P)."""
    codes, errors = [], []
    for x, *_ in examples(batches):
        z = model.encode_each(x)  # (B, P, *latent_shape)
        crossed = [np.abs(model.decode(z[:, p]) - x).reshape(len(x), -1).mean(axis=1) for p in range(z.shape[1])]
        codes.append(z.reshape(*z.shape[:2], -1))  # (B, P, *latent_shape) -> (B, P, D)
        errors.append(np.stack(crossed, axis=1))
    return np.concatenate(codes).astype("float64"), np.concatenate(errors).astype("float64")


def _encoder_identifiability(z: np.ndarray) -> float | NotApplicable:
    from sklearn.model_selection import GroupKFold

    n, encoders = z.shape[:2]
    if n < FOLDS:
        return NotApplicable(f"it needs {FOLDS} examples or more")
    flat = z.reshape(n * encoders, -1)  # (N, P, D) -> (N · P, D)
    encoder, example = np.tile(np.arange(encoders), n), np.arange(n).repeat(encoders)
    _, likeliest = cross_validated(flat, encoder, GroupKFold(FOLDS).split(flat, encoder, example))
    return float((likeliest == encoder).mean())


def _relative_shift(z: np.ndarray) -> float | NotApplicable:
    n, encoders = z.shape[:2]
    if n < FOLDS:
        return NotApplicable(f"it needs {FOLDS} examples or more")
    between = 2 * z.var(axis=1).sum(axis=-1).mean() * encoders / (encoders - 1)  # E ‖z_e − z_e'‖², e ≠ e'
    within = 2 * z.var(axis=0).sum(axis=-1).mean() * n / (n - 1)  # E ‖z_e(x) − z_e(x')‖², x ≠ x'
    return float(np.sqrt(between / within)) if within > 0 else NotApplicable("all codes are alike")
