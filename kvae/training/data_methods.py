"""The methods of Keras models that take data, for data in any container."""

import keras

from kvae.backends.arrays import as_array
from kvae.training.containers import admitted, first_batch, is_stream, refuse_weights, without_weights


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
        *args,
        **kwargs,
    ):
        refuse_weights(**{name: kwargs.get(name) for name in ("sample_weight", "class_weight")})
        x, y = self._admitted(x, y)
        if validation_data is not None:
            validation_data = self._admitted(*without_weights(validation_data))
        callbacks = self.callbacks_of_fit(callbacks)
        return super().fit(
            x, y, batch_size, epochs, verbose, callbacks, validation_split, validation_data, *args, **kwargs
        )

    def evaluate(self, x=None, y=None, *args, **kwargs):
        if not kwargs.get("_use_cached_eval_dataset"):  # set by `fit`, which has checked these data
            refuse_weights(sample_weight=kwargs.get("sample_weight"))
            x, y = self._admitted(x, y)
        return super().evaluate(x, y, *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        return super().predict(_converted(x), *args, **kwargs)

    def train_on_batch(self, x, y=None, *args, **kwargs):
        return super().train_on_batch(_converted(x), _converted(y), *args, **kwargs)

    def test_on_batch(self, x, y=None, *args, **kwargs):
        return super().test_on_batch(_converted(x), _converted(y), *args, **kwargs)

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
