"""The turns of the adversary of CSVAE."""

import keras
import numpy as np
from keras import ops

from kvae import networks
from kvae.distributions import BinaryLabels
from kvae.models import CSVAE
from tests.contracts.models import SHAPE, data_for


def test_csvae_adversary_turns_keep_the_encoder_batch_statistics():
    labels = BinaryLabels(1)

    def csvae(turns):
        keras.utils.set_random_seed(3)
        return CSVAE(
            encoder=networks.larsen_encoder(SHAPE, 4, width=3),
            label_encoder=networks.mlp(SHAPE, 2, label_units=1),
            label_prior=networks.mlp(1, 2),
            decoder=networks.mlp(3, SHAPE),
            adversary=networks.mlp(2, 1),
            labels=labels,
            adversary_turns=turns,
        )

    data = data_for(csvae(1), 8)
    moved = []
    for turns in (1, 3):
        model = csvae(turns)
        before = [ops.convert_to_numpy(v).copy() for v in model.encoder.non_trainable_variables]
        model.compile(keras.optimizers.SGD(0.0))
        model.train_on_batch(*data)
        after = [ops.convert_to_numpy(v) for v in model.encoder.non_trainable_variables]
        moved.append([(a - b) for a, b in zip(after, before, strict=True) if a.dtype.kind == "f"])
    assert any(np.abs(change).max() > 0 for change in moved[0]), "one step moves them"
    for one, three in zip(*moved, strict=True):
        np.testing.assert_allclose(one, three, atol=1e-6)
