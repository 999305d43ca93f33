"""Metrics in TensorBoard's files."""

import keras
import numpy as np

from kvae.callbacks import TensorBoard
from tests.contracts.models import MODELS, batch


def test_tensorboard_files_hold_the_history(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = MODELS["VAE"]()
    model.compile(keras.optimizers.Adam(1e-3))
    history = model.fit(batch(8), epochs=2, callbacks=[TensorBoard(tmp_path)], verbose=0).history
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    read = [events.Tensors("loss")[i].tensor_proto.float_val[0] for i in range(2)]
    np.testing.assert_allclose(read, history["loss"], rtol=1e-6)
