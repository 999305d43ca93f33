"""A callback that stops training on Ctrl-C at a safe moment."""

import signal
import threading

import keras


class StopOnInterrupt(keras.callbacks.Callback):
    """A callback that raises `KeyboardInterrupt` at the end of the batch in which Ctrl-C was pressed.

    The callback waits for this end, because a backend may lose an exception that is raised in the middle of a step, as
    JAX mostly does. A second Ctrl-C raises `KeyboardInterrupt` at once. The callback does nothing outside the main
    thread, or if another handler of Ctrl-C is installed.
    """

    def __init__(self):
        super().__init__()
        self.pressed = self.installed = False

    def on_train_begin(self, logs=None):
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._press)
            self.installed = True

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
        """Restore the usual handler of Ctrl-C. Call this when training has ended with an exception."""
        if self.installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.installed = False
