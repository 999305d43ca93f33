"""The end of training at a loss that is NaN."""

import keras
import numpy as np
import pytest
from keras import ops

from kvae.callbacks import NonFiniteLoss, StopOnNonFinite
from kvae.training import Model, Phase, reports


class Explosive(Model):
    """A model whose loss has two terms. The term `fuse` is NaN from the third batch on."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, kernel_initializer="ones")
        self.dense.build((None, 1))
        self.count = self.add_scalar("count", 0.0)

    @reports("loss", "calm", "fuse")
    def exploding_loss(self, x, training):
        calm = ops.mean(self.dense(x))
        self.count.assign_add(1.0)
        fuse = calm / ops.relu(3.0 - self.count) * ops.relu(3.0 - self.count)  # 0 / 0 at the third batch
        return {"loss": calm + fuse, "calm": calm, "fuse": fuse}

    def phases(self):
        return (Phase(self.exploding_loss, {"loss": [self.dense]}),)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize("steps", [1, 2, 3, 20])
def test_stop_on_non_finite_names_the_batch_and_the_term_before_the_sum(steps):
    model = Explosive()
    model.compile(keras.optimizers.SGD(1e-3), steps_per_execution=steps)
    with pytest.raises(NonFiniteLoss, match=r"Received: fuse=nan in epoch 1, batch 3") as caught:
        model.fit(np.ones((20, 1), "float32"), batch_size=4, callbacks=[StopOnNonFinite()], verbose=0)
    assert caught.value.terms == ["fuse", "loss"]
