"""A callback that orders the batches of each epoch."""

import keras


class InOrder(keras.callbacks.Callback):
    """A callback that sets the order of `Batches` or `Rounds` at the start of each epoch.

    The order depends only on their seed and the epoch.

    Example:
        >>> import numpy as np
        >>> from kvae.callbacks import InOrder
        >>> from kvae.training import Batches
        >>> batches = Batches(np.zeros((8, 2), "float32"), batch_size=4)
        >>> options = {"shuffle": False, "callbacks": [InOrder(batches)]}  # model.fit(batches, **options)
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.begin(epoch)
