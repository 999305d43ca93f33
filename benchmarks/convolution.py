"""Training speed of convolutional VAEs: kvae compared with the same networks in plain PyTorch.

    pip install -e ".[all]"
    python benchmarks/convolution.py                  # all installed backends
    python benchmarks/convolution.py --layers         # single layers (layers.py)

The metric is training images per second, for 64×64×3 images in batches of 64 and Adam. One VAE has residual networks
(32-64-128-256 channels, one block at every size of feature map, 256 latent units). The other has networks like DCGAN's
(transposed convolutions, 100 latent units). The PyTorch loop keeps feature maps channels-last, which is fastest on a
CPU. "jax, Keras layers" is kvae on JAX with Keras' own convolutions and batch norm instead of those in
`kvae/networks/convolutions.py`, `resampling.py` and `normalization.py`.

Every contender runs in its own process, and the contenders are measured in turns (ABC ABC …). A speed is the median over
the turns. A ratio is the median of the ratios of two speeds within a turn. Weights are untrained, and pixels are random.
"""

import argparse
import importlib.util
import json

from layers import measure, print_layers
from turns import BACKENDS, measure_in_turns, print_table, serve_tasks

SHAPE = (64, 64, 3)
BATCH, STEPS = 64, 4
UNITS = {"residual": 256, "dcgan": 100}
KERAS_LAYERS = "jax, Keras layers"


def pixels(channels_first=False):
    import numpy as np

    x = np.random.default_rng(0).random((BATCH * STEPS, *SHAPE), "float32")
    return x.transpose(0, 3, 1, 2).copy() if channels_first else x


def kvae_tasks(keras_layers: bool):
    import keras

    from kvae import models, networks

    if keras_layers:
        use_layers_of_keras()
    nets = {
        "residual": (networks.residual_encoder, networks.residual_decoder),
        "dcgan": (networks.conv_encoder, networks.conv_decoder),
    }
    x = pixels()

    def task(name):
        encoder, decoder = nets[name]
        model = models.VAE(encoder(SHAPE, 2 * UNITS[name]), decoder(UNITS[name], SHAPE))
        model.compile(keras.optimizers.Adam(4e-4))
        return lambda: model.fit(x, batch_size=BATCH, verbose=0, shuffle=False)

    return {name: task(name) for name in nets}


def use_layers_of_keras():
    """Replace kvae's convolutions and batch norm by those of Keras."""
    from keras import layers

    from kvae.networks import common, conv, resampling, residual

    def doubling(filters, *args, **kwargs):
        return lambda h: layers.Conv2D(filters, *args, **kwargs)(layers.UpSampling2D(2)(h))

    conv.StridedConv2D = residual.StridedConv2D = residual.Conv2D = layers.Conv2D
    resampling.StridedConv2DTranspose = layers.Conv2DTranspose
    residual.DoublingConv2D = doubling
    for module in (common, conv, residual):
        module.BatchNormalization = layers.BatchNormalization


def pytorch_tasks():
    import torch
    from torch import nn
    from torch.nn import functional as F

    channels = (32, 64, 128, 256)

    class Block(nn.Module):
        def __init__(self, count):
            super().__init__()
            self.before, self.after = nn.BatchNorm2d(count), nn.BatchNorm2d(count)
            self.conv = nn.Conv2d(count, count, 3, padding=1, bias=False)

        def forward(self, h):
            return h + self.after(self.conv(F.relu(self.before(h))))

    def residual():
        down, up, last = [], [nn.Linear(256, 4096), nn.Unflatten(1, (256, 4, 4))], 3
        for count in channels:
            down += [nn.Conv2d(last, count, 4, 2, 1), Block(count)]
            last = count
        down += [nn.BatchNorm2d(256), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 512)]
        for count, smaller in zip(reversed(channels), (128, 64, 32, 32), strict=True):
            up += [Block(count), nn.Upsample(scale_factor=2), nn.Conv2d(count, smaller, 3, padding=1)]
        up += [nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 3, 3, padding=1)]
        return nn.Sequential(*down), nn.Sequential(*up)

    def dcgan():
        down, last = [], 3
        for i, count in enumerate(channels):
            down += [nn.Conv2d(last, count, 4, 2, 1, bias=i == 0)]
            down += ([nn.BatchNorm2d(count)] if i else []) + [nn.LeakyReLU(0.2)]
            last = count
        down += [nn.Flatten(), nn.Linear(4096, 200)]
        up = [nn.Linear(100, 4096, bias=False), nn.Unflatten(1, (256, 4, 4)), nn.BatchNorm2d(256), nn.ReLU()]
        for count, smaller in ((256, 128), (128, 64), (64, 32)):
            up += [nn.ConvTranspose2d(count, smaller, 4, 2, 1, bias=False), nn.BatchNorm2d(smaller), nn.ReLU()]
        return nn.Sequential(*down), nn.Sequential(*up, nn.ConvTranspose2d(32, 3, 4, 2, 1))

    x = torch.from_numpy(pixels(channels_first=True)).contiguous(memory_format=torch.channels_last)

    def task(nets):
        encoder, decoder = (net.to(memory_format=torch.channels_last) for net in nets)
        optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 4e-4)

        def train():
            for batch in x.split(BATCH):
                loc, log_scale = encoder(batch).chunk(2, dim=1)
                z = loc + log_scale.exp() * torch.randn_like(loc)
                logits = decoder(z)
                distortion = F.binary_cross_entropy_with_logits(logits, batch, reduction="sum") / len(batch)
                rate = (0.5 * (loc**2 + (2 * log_scale).exp() - 1) - log_scale).sum(dim=1).mean()
                optimizer.zero_grad()
                (distortion + rate).backward()
                optimizer.step()

        return train

    return {"residual": task(residual()), "dcgan": task(dcgan())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=7, help="Number of measurements of each contender.")
    parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
    parser.add_argument("--layers", action="store_true", help="Measure single layers instead of training.")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker and options.layers:
        measure(options.turns)
        return
    if options.worker:
        serve_tasks(pytorch_tasks() if options.worker == "PyTorch" else kvae_tasks(options.worker == KERAS_LAYERS))
        return
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if options.layers:
        print_layers(__file__, installed, options.turns)
        return
    names = ("PyTorch", *installed, *([KERAS_LAYERS] if "jax" in installed else []))
    rows = measure_in_turns(__file__, dict.fromkeys(UNITS, BATCH * STEPS), options.turns, names)
    if options.json:
        print(json.dumps(rows))
        return
    print_table(rows, {"residual": "residual, images/s", "dcgan": "DCGAN-style, images/s"})


if __name__ == "__main__":
    main()
