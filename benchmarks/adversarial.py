"""Training speed of VAE/GAN: kvae compared with pythae 0.1.2 on the same networks.

    pip install -e ".[benchmark]"
    python benchmarks/adversarial.py                  # all installed backends; JAX takes minutes a turn
    python benchmarks/adversarial.py --backends tensorflow,torch

The metric is training images per second, for 64×64×3 images in batches of 64, with half of the channels of Larsen et al.
2016 and RMSprop. Generator and discriminator are updated at every step. A plain PyTorch loop trains pythae's model with
the steps of pythae's trainer. kvae computes more: its discriminator also classifies reconstructions (Larsen et al.,
algorithm 1), and that of pythae does not.

Every contender runs in its own process, and the contenders are measured in turns (ABC ABC …). A speed is the median over
the turns. A ratio is the median of the ratios of two speeds within a turn. Weights are untrained, and pixels are random.
"""

import argparse
import json

from turns import BACKENDS, contenders, measure_in_turns, print_table, serve_tasks

SHAPE, LATENT, WIDTH = (64, 64, 3), 128, 32
BATCH, STEPS = 64, 5


def pixels(channels_first=False):
    import numpy as np

    x = np.random.default_rng(0).random((BATCH * STEPS, *SHAPE), "float32")
    return x.transpose(0, 3, 1, 2).copy() if channels_first else x


def kvae_tasks():
    import keras

    from kvae.models import VAEGAN
    from kvae.networks import larsen_decoder, larsen_discriminator, larsen_encoder

    model = VAEGAN(
        larsen_encoder(SHAPE, 2 * LATENT, WIDTH),
        larsen_decoder(LATENT, SHAPE, WIDTH),
        larsen_discriminator(SHAPE, WIDTH),
        gamma=0.01,
        margin=10.0,  # no step is skipped: the gates are computed and stay open
    )
    model.compile(keras.optimizers.RMSprop(3e-4))
    x = pixels()
    return {"training": lambda: model.fit(x, batch_size=BATCH, verbose=0, shuffle=False)}


def pythae_networks() -> dict:
    """Return the networks of Larsen et al. as pythae's classes."""
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseDiscriminator, BaseEncoder
    from torch import nn

    def scaled(channels):
        return max(1, round(channels * WIDTH / 64))

    def normalized(layer, channels, norm=nn.BatchNorm2d):
        return [layer, norm(channels), nn.ReLU()]

    def down(a, b):
        return nn.Conv2d(scaled(a) if a != 3 else 3, scaled(b), 5, 2, 2, bias=False)

    class Encoder(BaseEncoder):
        def __init__(self):
            super().__init__()
            layers = [part for a, b in ((3, 64), (64, 128), (128, 256)) for part in normalized(down(a, b), scaled(b))]
            dense = nn.Linear(64 * scaled(256), scaled(2048), bias=False)
            self.features = nn.Sequential(*layers, nn.Flatten(), *normalized(dense, scaled(2048), nn.BatchNorm1d))
            self.head = nn.Linear(scaled(2048), 2 * LATENT)

        def forward(self, x):
            loc, log_covariance = self.head(self.features(x)).chunk(2, dim=1)
            return ModelOutput(embedding=loc, log_covariance=log_covariance)

    class Decoder(BaseDecoder):
        def __init__(self):
            super().__init__()
            deepest = scaled(256)
            dense = normalized(nn.Linear(LATENT, 64 * deepest, bias=False), 64 * deepest, nn.BatchNorm1d)
            layers, channels = [], deepest
            for count in (256, 128, 32):
                up = nn.ConvTranspose2d(channels, scaled(count), 5, 2, 2, output_padding=1, bias=False)
                layers += normalized(up, scaled(count))
                channels = scaled(count)
            last = nn.Conv2d(channels, 3, 5, padding=2)
            self.net = nn.Sequential(*dense, nn.Unflatten(1, (deepest, 8, 8)), *layers, last, nn.Sigmoid())

        def forward(self, z):
            return ModelOutput(reconstruction=self.net(z))

    class Discriminator(BaseDiscriminator):
        def __init__(self):
            super().__init__()
            first = [nn.Conv2d(3, scaled(32), 5, padding=2), nn.ReLU()]
            middle = [*normalized(down(32, 128), scaled(128)), *normalized(down(128, 256), scaled(256))]
            self.features = nn.Sequential(*first, *middle, down(256, 256))
            dense = normalized(nn.Linear(64 * scaled(256), scaled(512), bias=False), scaled(512), nn.BatchNorm1d)
            head = [nn.BatchNorm2d(scaled(256)), nn.ReLU(), nn.Flatten(), *dense]
            self.head = nn.Sequential(*head, nn.Linear(scaled(512), 1), nn.Sigmoid())
            self.depth = 2

        def forward(self, x, output_layer_levels=None):
            features = self.features(x)
            if output_layer_levels == [1]:
                return ModelOutput(embedding_layer_1=features)
            return ModelOutput(embedding=self.head(features))

    return {"encoder": Encoder(), "decoder": Decoder(), "discriminator": Discriminator()}


def pythae_tasks():
    import torch
    from pythae.models import VAEGAN, VAEGANConfig

    config = VAEGANConfig(
        input_dim=(3, 64, 64), latent_dim=LATENT, adversarial_loss_scale=0.99, reconstruction_layer=1, margin=10.0
    )
    model = VAEGAN(config, **pythae_networks())
    players = ("encoder", "decoder", "discriminator")
    optimizers = {player: torch.optim.RMSprop(getattr(model, player).parameters(), 3e-4) for player in players}
    x = torch.from_numpy(pixels(channels_first=True))

    def train():  # the steps of pythae's CoupledOptimizerAdversarialTrainer, without logging and checkpoints
        for batch in x.split(BATCH):
            losses = model({"data": batch})
            for player in players:
                optimizers[player].zero_grad()
                losses[f"{player}_loss"].backward(retain_graph=player != "discriminator")
            for optimizer in optimizers.values():
                optimizer.step()

    return {"training": train}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=7, help="Number of measurements of each contender.")
    parser.add_argument("--backends", default=",".join(BACKENDS), help="Backends to measure, separated by commas.")
    parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        serve_tasks(pythae_tasks() if options.worker == "pythae" else kvae_tasks())
        return
    names = [name for name in contenders() if name == "pythae" or name in options.backends.split(",")]
    rows = measure_in_turns(__file__, {"training": BATCH * STEPS}, options.turns, names)
    if options.json:
        print(json.dumps(rows))
        return
    print_table(rows, {"training": "VAE/GAN images/s"})


if __name__ == "__main__":
    main()
