"""Ctrl-C that is not lost."""

import signal
import threading

import keras


class StopOnInterrupt(keras.callbacks.Callback):
    """Lets Ctrl-C take effect at the end of a batch, as `KeyboardInterrupt`; a second one does so at once.

    An exception that strikes in the midst of a step may be swallowed by the backend; JAX loses most of them.
    Where Ctrl-C already has another meaning, and outside the main thread, nothing changes.
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
        if self.pressed:  # since the last batch
            raise KeyboardInterrupt

    def close(self):
        """Gives Ctrl-C its usual meaning back; also to be called when training ends by an exception."""
        if self.installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.installed = False
