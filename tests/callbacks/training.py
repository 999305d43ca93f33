"""A short training with callbacks."""

from tests.contracts.models import batch


def fit(model, *callbacks, epochs=4, **options) -> dict[str, list]:
    """Fit `model` to four batches an epoch and return the history."""
    return model.fit(batch(16), batch_size=4, epochs=epochs, callbacks=list(callbacks), verbose=0, **options).history
