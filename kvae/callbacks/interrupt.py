"""A callback that stops training on Ctrl-C or SIGTERM at a safe moment."""

import signal
import threading

import keras


class StopOnInterrupt(keras.callbacks.Callback):
    """A callback that raises `KeyboardInterrupt` at the end of the batch in which Ctrl-C was pressed.

    SIGTERM has the same effect in a program in which it raises `KeyboardInterrupt`, such as the command line.

    The callback waits for this end, because a backend may lose an exception that is raised in the middle of a step, as
    JAX mostly does. A second Ctrl-C raises `KeyboardInterrupt` at once. The callback does nothing outside the main
    thread, or if another handler of the signal is installed.
    """

    def __init__(self):
        super().__init__()
        self.pressed = False
        self.installed = []

    def on_train_begin(self, logs=None):
        if threading.current_thread() is threading.main_thread():
            signals = (signal.SIGINT, signal.SIGTERM)
            self.installed = [each for each in signals if signal.getsignal(each) is signal.default_int_handler]
            for each in self.installed:
                signal.signal(each, self._press)

    def _press(self, number, frame):
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True

    def on_train_batch_end(self, batch, logs=None):
        if self.pressed:
            raise KeyboardInterrupt

    on_test_batch_end = on_train_batch_end

    def on_train_end(self, logs=None):
        self.close()
        if self.pressed:  # after the last batch
            raise KeyboardInterrupt

    def close(self):
        """Restore the usual handlers of the signals. Call this when training has ended with an exception."""
        while self.installed:
            signal.signal(self.installed.pop(), signal.default_int_handler)
