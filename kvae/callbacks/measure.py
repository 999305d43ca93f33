"""A callback for models that measure a part of their state."""

import keras


class Measure(keras.callbacks.Callback):
    """A callback with which a model measures state that no player trains, before the first epoch and after each one.

    It must precede the callbacks that save weights. The state depends on the weights and the data alone, so that a
    resumed run has the same.

    Args:
        data: the `Batches` or `Rounds` that the model is fitted to.

    Example:
        >>> import numpy as np
        >>> from kvae.callbacks import Measure
        >>> from kvae.training import Batches
        >>> photographs_and_paintings = Batches(np.zeros((8, 16, 16, 3), "uint8"), labels=np.arange(8) % 2)
        >>> options = {"callbacks": [Measure(photographs_and_paintings)]}  # model.fit(photographs_and_paintings, **options)
    """

    def __init__(self, data):
        super().__init__()
        self.data = data

    def on_train_begin(self, logs=None):
        self.model.measure(self.data)

    def on_epoch_end(self, epoch, logs=None):
        self.model.measure(self.data)
