"""The methods of Keras models that take data, for data in any container."""

import keras

from kvae.backends.arrays import as_array
from kvae.training.containers import admitted, first_batch, is_stream, refuse_weights, without_weights
from kvae.training.loader import loaded


class DataMethods:
    """A mixin for Keras models. It checks data and converts them to a form that every backend takes."""

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        refuse_weights(sample_weight=sample_weight, class_weight=class_weight)
        x, y = self._admitted(x, y)
        if validation_data is not None:
            held_out = self._admitted(*without_weights(validation_data))
            validation_data = self._loaded(*held_out, validation_batch_size or batch_size, steps=validation_steps)
        if not validation_split:  # Keras splits arrays only
            x, y = self._loaded(x, y, batch_size, shuffle, steps_per_epoch)
        return super().fit(
            x,
            y,
            batch_size,
            epochs,
            verbose,
            self.callbacks_of_fit(callbacks),
            validation_split,
            validation_data,
            shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )

    def evaluate(
        self, x=None, y=None, batch_size=None, verbose="auto", sample_weight=None, steps=None, *args, **kwargs
    ):
        if not kwargs.get("_use_cached_eval_dataset"):  # set by `fit`, which has checked these data
            refuse_weights(sample_weight=sample_weight)
            x, y = self._loaded(*self._admitted(x, y), batch_size, steps=steps)
        return super().evaluate(x, y, batch_size, verbose, None, steps, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        return super().predict(_converted(x), *args, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        return super().train_on_batch(_converted(x), _converted(y), *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        return super().test_on_batch(_converted(x), _converted(y), *args, **kwargs)

    def measure(self, data) -> None:
        """Measure state that no player trains, such as mean codes, on the training data. By default there is none.

        `kvae.callbacks.Measure` calls it before the first epoch and after each one. `data` are `Batches` or `Rounds`.
        """

    def _loaded(self, x, y, *args, **kwargs):
        """Return data as Keras takes them, `loaded` where the training thread loads them best."""
        return loaded(x, y, *args, **kwargs) if self.loads_in_training_thread else (x, y)

    def _admitted(self, x, y):
        """Return data as Keras takes them. Check all examples of an array, or the first batch of a data set."""
        x, y = admitted(x, y)
        if is_stream(x):
            batch, x = first_batch(x)
            self.check(*batch)
        else:
            self.check(x, y)
        return x, y


def _converted(data):
    """Return data without a check of their range. Arrays become arrays of common types."""
    if data is None or is_stream(data):
        return data
    return keras.tree.map_structure(as_array, data)
