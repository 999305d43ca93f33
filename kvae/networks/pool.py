"""Pools of generated images, from which discriminators learn."""

from collections.abc import Sequence

import keras
from keras import ops

from kvae.distributions.checks import check_count
from kvae.errors import UserError

LARGEST_POOL = 200
"""Largest number of images in a pool. A pool of images of 256×256×3 values takes 0.8 MB for each of them."""


class ImagePool(keras.Layer):
    """A pool of generated images, which shows a discriminator older images too (Shrivastava et al. 2017, section 2.3).

    Until the pool is full, it stores each image and returns it. Afterwards it returns each image with probability ½.
    Otherwise it returns a stored image, and stores the given one in its place.

    The stored images are state of the training, as the moments of an optimizer are. Checkpoints of runs hold them. Presets
    and `.keras` files do not, so that a loaded model begins with an empty pool.

    Args:
        size: number of images.
        shape: shape (H, W, C) of an image.
    """

    def __init__(self, size: int, shape: Sequence[int]):
        super().__init__()
        check_count(size, "pool_size")
        if size > LARGEST_POOL:
            raise UserError(f"Expected a pool of at most {LARGEST_POOL} images. Received: pool_size={size}.")
        self.size = size
        self.images = self.add_weight(shape=(size, *shape), initializer="zeros", trainable=False, name="images")
        self.count = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False, name="count")
        self.built = True

    def exchange(self, images, seed):
        """Store images (B, H, W, C), where B is at most the size of the pool, and return as many for a discriminator.

        No gradient flows through them.

        Args:
            images: new images.
            seed: a seed generator, which draws the stored images that are returned.
        """
        images, stored = ops.stop_gradient(images), ops.convert_to_tensor(self.images)
        count, n = ops.convert_to_tensor(self.count), ops.shape(images)[0]
        drawn = keras.random.uniform((2, self.size), seed=seed)
        full = count >= self.size
        # n different places: the next ones until the pool is full, then random ones
        places = ops.where(full, ops.argsort(drawn[0])[:n], (count + ops.arange(n)) % self.size)
        returned = ops.reshape(ops.logical_and(full, drawn[1, :n] < 0.5), (-1, *(1 for _ in images.shape[1:])))
        older = ops.take(stored, places, axis=0)  # (B, H, W, C)
        kept = ops.where(ops.logical_or(returned, ops.logical_not(full)), images, older)
        self.images.assign(ops.scatter_update(stored, ops.expand_dims(places, 1), ops.cast(kept, stored.dtype)))
        self.count.assign(ops.minimum(count + n, self.size))
        return ops.where(returned, ops.cast(older, images.dtype), images)

    @property
    def weights(self) -> list[keras.Variable]:
        """No variables: presets, and counts of parameters, leave the images out."""
        return []

    def save_own_variables(self, store):
        pass

    def load_own_variables(self, store):
        pass
