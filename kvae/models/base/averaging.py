"""Averages of the weights of a decoder."""

import numbers

import keras
from keras import ops

from kvae.errors import UserError
from kvae.models.base.factors import copied


class AveragedDecoder:
    """A mixin for models that can decode with averaged weights.

    The weights θ of `decoder` train. A copy of the decoder holds their exponential moving average θ̄, that of the batch
    statistics included:

        θ̄ ← θ in the first round after `compile`,   θ̄ ← m θ̄ + (1 − m) θ in each further round

    The copy takes the place of the decoder outside of training: in validation, `sample`, `reconstruct`, `decode` and
    export. It is a part of the model, so that checkpoints and presets contain it. The average of an adversarial
    training varies less than its last weights (Yazıcı et al. 2019, "The unusual effectiveness of averaging in GAN
    training").
    """

    averaging: float | None
    """m, or None if the model has no averaged weights."""

    averaged_decoder: keras.Model | None
    """The copy. PyTorch would not find it if the class had a value of this name."""

    def average_decoder(self, averaging: float | None) -> None:
        """Make the copy, unless `averaging` is None. A constructor calls this method once it has its decoder."""
        self.averaging, self.averaged_decoder = averaging, None
        if averaging is None:
            return
        if not isinstance(averaging, numbers.Real) or not 0 < averaging < 1:
            raise UserError(f"Expected averaging between 0 and 1, such as 0.999, or None. Received: {averaging=}.")
        self.averaged_decoder = copied(self.decoder)
        self.averaged_decoder.trainable = False

    def decoder_in(self, training: bool) -> keras.Model:
        return self.decoder if training or self.averaged_decoder is None else self.averaged_decoder

    def end_round(self) -> None:
        super().end_round()
        if self.averaged_decoder is None:
            return
        for average, variable in zip(self.averaged_decoder.weights, self.decoder.weights, strict=True):
            if keras.backend.is_float_dtype(average.dtype):
                momentum = self.averaging * ops.cast(ops.greater(self.optimizer.iterations, 0), average.dtype)
                average.assign(average * momentum + variable * (1 - momentum))
