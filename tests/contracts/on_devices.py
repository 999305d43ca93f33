"""A program that trains three models for one round on several devices and writes the changes of their weights.

python -m tests.contracts.on_devices DEVICES OUT.npz
"""

import contextlib
import sys

import keras
import numpy as np
from keras import ops

import kvae
from kvae import backends
from kvae.capabilities import DOMAINS
from kvae.training import Batches, Rounds

DATA, LATENT = 6, 2


def models():
    mlp, labels = kvae.networks.mlp, kvae.distributions.BinaryLabels(1)
    yield kvae.models.VAE(mlp(DATA, 2 * LATENT, (8,)), mlp(LATENT, DATA, (8,)), likelihood="normal")
    yield kvae.models.CSVAE(
        encoder=mlp(DATA, 2 * LATENT, (8,)),
        label_encoder=mlp(DATA, 2 * LATENT, (8,), label_units=1),
        label_prior=mlp(1, 2 * LATENT, (8,)),
        decoder=mlp(2 * LATENT, DATA, (8,)),
        adversary=mlp(LATENT, 1, (8,)),
        labels=labels,
        likelihood="normal",
        adversary_turns=2,
    )
    encoders = {name: mlp(DATA, 2 * LATENT, (8,), name=name) for name in ("one", "two")}
    yield kvae.models.MultiEncoder(encoders, mlp(LATENT, DATA, (8,)), likelihood="normal", turns={"one": 1, "two": 2})


def main(devices: int, out: str):
    # TensorFlow's replicas all draw the same noise. Only without noise do the gradients equal those on one device.
    keras.random.normal = lambda shape, *args, **kwargs: ops.zeros(shape)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, DATA)).astype("float32"), (np.arange(16) % 2).astype("int32")
    weights = {}
    with backends.devices(devices) if devices > 1 else contextlib.nullcontext():
        shard = backends.shard()
        assert shard.multiple == devices
        for each in models():
            keras.utils.set_random_seed(0)
            for net in each._flatten_layers(include_self=False, recursive=True):
                for variable in net.trainable_variables:
                    variable.assign(rng.normal(size=variable.shape) * 0.3)
            each.compile(keras.optimizers.SGD(1.0))
            before = [ops.convert_to_numpy(v) for v in each.trainable_variables]
            if DOMAINS in each.capabilities:
                data = Rounds(x, y, each.turns, batch_size=8, shard=shard)
            else:
                data = Batches(x, y[:, None] if "y" in each.batch_spec else None, batch_size=16, shard=shard)
            each.fit(data, epochs=1, steps_per_epoch=1, shuffle=False, verbose=0)
            for i, (variable, old) in enumerate(zip(each.trainable_variables, before, strict=True)):
                weights[f"{type(each).__name__}/{i}"] = ops.convert_to_numpy(variable) - old
    np.savez(out, **weights)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
