"""A callback that sets the order of each epoch."""

import keras


class InOrder(keras.callbacks.Callback):
    """Gives `batches` (or `Rounds`) the order of each epoch that begins;
    `fit(batches, shuffle=False, callbacks=[InOrder(batches)])`."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.begin(epoch)
