"""Features of images by a network, and the sets of features that the metrics of samples compare."""

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Annotated, Any

import numpy as np

from kvae.data.fingerprint import fingerprint
from kvae.errors import UserError
from kvae.evaluation.batches import examples, new_rows
from kvae.evaluation.requirements import NotApplicable, require_features, require_training
from kvae.evaluation.samplers import require_sampler, samples_of
from kvae.images.thumbnails import reduced

BATCH = 64
"""Number of images whose features are computed at a time. Networks for ImageNet enlarge them."""

Features = Annotated[Any, "`FeatureNetwork` that describes images."]


class FeatureNetwork:
    """A network that describes images by features, and its identity.

    Args:
        net: network, images (B, H, W, C) in [0, 1] -> features (B, D), or feature maps (B, h, w, D), which are averaged.
        name: name in reports; by default that of the network.
        sha256: SHA-256 checksum of the file of the weights; by default a checksum of the weights themselves.

    Example:
        >>> from kvae.networks import mlp
        >>> network = FeatureNetwork(mlp((8, 8, 1), 3))
        >>> network(np.zeros((5, 8, 8, 1))).shape
        (5, 3)
    """

    def __init__(self, net, name: str | None = None, sha256: str | None = None):
        if isinstance(net.output_shape, list) or len(net.output_shape) not in (2, 4):
            raise UserError(
                "Expected a feature network with one output, features (B, D) or maps (B, h, w, D). "
                f"Received: {net.name} with outputs of shape {net.output_shape}."
            )
        self.net, self.name = net, name or net.name
        self.sha256 = sha256 or _checksum(net)
        self._last: tuple[Hashable, Any] = (None, None)

    def check(self, shape: tuple[int, ...]) -> None:
        """Raise `UserError` unless the network takes images of this shape (H, W, C), or of one smaller by a whole factor."""
        if reduced(np.empty((0, *shape), "float32"), self.net.input_shape[1:]).shape[1:] != tuple(
            self.net.input_shape[1:]
        ):
            raise UserError(
                f"Expected a feature network of images {tuple(shape)}. Received: features={self.name}, which takes "
                f"{tuple(self.net.input_shape[1:])}. Give a classifier of these images, or inception_v3: --features."
            )

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return the features (N, D) of images (N, H, W, C), in float64.

        Values outside [0, 1] are clipped. Images that are larger than those of the network by a whole factor are averaged
        over blocks of pixels.
        """
        from keras import ops

        from kvae.backends import compiled
        from kvae.backends.cached import cached

        run = cached(self, "features", lambda: compiled(self._features, self.net.variables))
        images = reduced(np.clip(images, 0, 1).astype("float32"), self.net.input_shape[1:])
        parts = (images[start : start + BATCH] for start in range(0, len(images), BATCH))
        return np.concatenate([ops.convert_to_numpy(run(ops.convert_to_tensor(part))) for part in parts]).astype(float)

    def _features(self, images):
        from keras import ops

        features = self.net(images, training=False)
        return ops.mean(features, axis=(1, 2)) if len(features.shape) == 4 else features

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return `make()`, or its last result if `key` is the key of that result."""
        if self._last[0] != key:
            self._last = (key, make())
        return self._last[1]


@dataclasses.dataclass(frozen=True)
class Compared:
    """Features of training images, and of the sets of images that are compared with them.

    Args:
        network: the feature network.
        training: features of the training images (N, D).
        sets: features (M, D) by the name of the set. The first are those of samples, which have the name of their sampler.
            The others are references: reconstructions of the held-out images, and the held-out images themselves.
    """

    network: FeatureNetwork
    training: np.ndarray
    sets: Mapping[str, np.ndarray]

    def report(self, metric: str, measure: Callable[[np.ndarray], Mapping[str, float]]) -> dict[str, Any]:
        """Return the values `measure(features)` of each set, and what they depend on, as values of `metric`.

        `frechet.distance.prior` is the value "distance" of the set "prior".
        """
        rows = {name: {**measure(features), "images": len(features)} for name, features in self.sets.items()}
        return {
            f"{metric}.features": self.network.name,
            f"{metric}.features_sha256": self.network.sha256,
            f"{metric}.training_images": len(self.training),
            **{f"{metric}.{value}.{name}": row[value] for name, row in rows.items() for value in row},
        }


def compared(model, batches, features, training, seed: int, sampler=None, *, least: int = 3) -> Compared:
    """Return the features of training images, of samples of `model`, and of the references.

    Samples are drawn from the prior and from the sampler, as far as they exist. There are as many of each as held-out
    images. If the model takes labels, the samples have the labels of these images. Training images that occur several
    times, because the recipe repeats those with rare labels, count once. Features are computed once if several metrics ask
    for them in turn.

    Args:
        model: a model with a decoder.
        batches: held-out examples.
        features: a `FeatureNetwork`, or None.
        training: batches of training examples, or None.
        seed: seed of the samples.
        sampler: density of latent codes that was fitted after training (`kvae.latent.samplers`), or None.
        least: least number of images in each set.

    Raises:
        NotApplicable: there is no feature network, neither a prior nor a sampler, there are no training examples, or too few
            images.
        UserError: the network takes other images.
    """
    require_sampler(model, sampler)
    require_features(features)
    require_training(training)
    features.check(model.data_shape)
    key = (model, _checksum(model), batches, training, seed, sampler)
    found = features.once(key, lambda: _compute(model, batches, features, training, seed, sampler))
    if min(len(found.training), *map(len, found.sets.values())) < least:
        raise NotApplicable(f"it needs {least} different training images, and {least} held-out images, or more")
    return found


def _compute(model, batches, features, training, seed: int, sampler) -> Compared:
    labels = tuple(np.concatenate(y) for y in zip(*(y for _, *y in examples(batches)), strict=True))
    samples = samples_of(model, len(batches.x), *labels, seed=seed, fitted=sampler)
    sets = {
        **{name: features(images) for name, images in samples},
        "reconstructions": np.concatenate([features(model.reconstruct(*data)) for data in examples(batches)]),
        "held_out": np.concatenate([features(x) for x, *_ in examples(batches)]),
    }
    return Compared(features, np.concatenate([features(x) for x in _distinct(x for x, *_ in examples(training))]), sets)


def _distinct(parts: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Yield the images of each part (B, …) that no earlier row equals, where there are any."""
    known: set[int] = set()
    for x in parts:
        if rows := new_rows(x, known):
            yield x[rows]


def _checksum(model) -> str:
    """Return the SHA-256 of the weights of a network or a model."""
    from keras import ops

    return fingerprint(*(ops.convert_to_numpy(weight) for weight in model.weights))
