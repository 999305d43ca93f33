"""The work in pythae, with the same networks. Its models are trained by plain loops of PyTorch."""

from collections.abc import Callable

import torch
from pythae.models import IWAE, VAE, VAEGAN, IWAEConfig, VAEConfig, VAEGANConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseDiscriminator, BaseEncoder
from torch import nn

from benchmarks import in_torch
from benchmarks.in_torch import DEVICE
from benchmarks.work import IMAGES, LATENT, PIXELS, Work, pixels


class Encoder(BaseEncoder):
    """A network that returns the mean and the log-variance."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, x):
        loc, log_covariance = self.net(x).chunk(2, dim=1)
        return ModelOutput(embedding=loc, log_covariance=log_covariance)


class Decoder(BaseDecoder):
    """A network that returns the probabilities of pixels."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net

    def forward(self, z):
        return ModelOutput(reconstruction=torch.sigmoid(self.net(z)))


class Discriminator(BaseDiscriminator):
    """The discriminator of Larsen et al. 2016. Its features are the output that pythae calls layer 1."""

    def __init__(self, features: nn.Module, head: nn.Module):
        super().__init__()
        self.features, self.head, self.depth = features, head, 2

    def forward(self, x, output_layer_levels=None):
        features = self.features(x)
        if output_layer_levels == [1]:
            return ModelOutput(embedding_layer_1=features)
        return ModelOutput(embedding=self.head(features))


def iwae(work: Work) -> Callable:
    config = IWAEConfig(input_dim=PIXELS, latent_dim=LATENT["dense"], number_samples=5, reconstruction_loss="bce")
    encoder, decoder = in_torch.dense()
    model = IWAE(config, encoder=Encoder(encoder), decoder=Decoder(decoder)).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    x = torch.from_numpy(pixels(work.amount, PIXELS))

    def train():
        for batch in x.split(work.batch):
            optimizer.zero_grad()
            model({"data": batch.to(DEVICE)}).loss.backward()
            optimizer.step()
        in_torch.wait()

    return train


def _likelihood(nets, shape, latent: int, x, samples: int) -> Callable:
    config = VAEConfig(input_dim=shape, latent_dim=latent, reconstruction_loss="bce")
    model = VAE(config, encoder=Encoder(nets[0]), decoder=Decoder(nets[1])).eval().to(DEVICE)

    def estimate():
        with torch.no_grad():
            model.get_nll(x.to(DEVICE), n_samples=samples, batch_size=100)  # its default; larger batches are slower

    return estimate


def likelihood_dense(work: Work) -> Callable:
    x = torch.from_numpy(pixels(work.batch, PIXELS))
    return _likelihood(in_torch.dense(), PIXELS, LATENT["dense"], x, work.amount // work.batch)


def likelihood_convolutional(work: Work) -> Callable:
    latent = LATENT["DCGAN"]
    nets = in_torch.dcgan_encoder(latent), in_torch.dcgan_decoder(latent)
    x = torch.from_numpy(pixels(work.batch, IMAGES, channels_first=True))
    return _likelihood(nets, (3, 64, 64), latent, x, work.amount // work.batch)


WIDTH = 32
"""Half of the 64 channels of Larsen et al. 2016."""


def _scaled(channels: int) -> int:
    return channels if channels == 3 else channels * WIDTH // 64


def _normalized(layer: nn.Module, channels: int, norm=nn.BatchNorm2d) -> list[nn.Module]:
    return [layer, norm(channels), nn.ReLU()]


def _down(before: int, after: int) -> nn.Module:
    return nn.Conv2d(_scaled(before), _scaled(after), 5, 2, 2, bias=False)


def _larsen_encoder() -> nn.Module:
    pairs = ((3, 64), (64, 128), (128, 256))
    layers = [part for pair in pairs for part in _normalized(_down(*pair), _scaled(pair[1]))]
    dense = nn.Linear(64 * _scaled(256), _scaled(2048), bias=False)
    layers += [nn.Flatten(), *_normalized(dense, _scaled(2048), nn.BatchNorm1d)]
    return nn.Sequential(*layers, nn.Linear(_scaled(2048), 2 * LATENT["VAE/GAN"]))


def _larsen_decoder() -> nn.Module:
    channels = _scaled(256)
    dense = nn.Linear(LATENT["VAE/GAN"], 64 * channels, bias=False)
    layers = [*_normalized(dense, 64 * channels, nn.BatchNorm1d), nn.Unflatten(1, (channels, 8, 8))]
    for count in (256, 128, 32):
        up = nn.ConvTranspose2d(channels, _scaled(count), 5, 2, 2, output_padding=1, bias=False)
        layers += _normalized(up, _scaled(count))
        channels = _scaled(count)
    return nn.Sequential(*layers, nn.Conv2d(channels, 3, 5, padding=2))


def _larsen_discriminator() -> Discriminator:
    first = [nn.Conv2d(3, _scaled(32), 5, padding=2), nn.ReLU()]
    middle = [*_normalized(_down(32, 128), _scaled(128)), *_normalized(_down(128, 256), _scaled(256))]
    dense = _normalized(nn.Linear(64 * _scaled(256), _scaled(512), bias=False), _scaled(512), nn.BatchNorm1d)
    head = [nn.BatchNorm2d(_scaled(256)), nn.ReLU(), nn.Flatten(), *dense, nn.Linear(_scaled(512), 1), nn.Sigmoid()]
    return Discriminator(nn.Sequential(*first, *middle, _down(256, 256)), nn.Sequential(*head))


def vae_gan(work: Work) -> Callable:
    """Return the training of a VAE/GAN, in the steps of pythae's CoupledOptimizerAdversarialTrainer.

    kvae computes more: its discriminator also classifies reconstructions (Larsen et al. 2016, algorithm 1).
    """
    config = VAEGANConfig(
        input_dim=(3, 64, 64),
        latent_dim=LATENT["VAE/GAN"],
        adversarial_loss_scale=0.99,
        reconstruction_layer=1,
        margin=10.0,
    )
    nets = {"encoder": Encoder(_larsen_encoder()), "decoder": Decoder(_larsen_decoder())}
    model = VAEGAN(config, **nets, discriminator=_larsen_discriminator()).to(DEVICE)
    players = ("encoder", "decoder", "discriminator")
    optimizers = {player: torch.optim.RMSprop(getattr(model, player).parameters(), 3e-4) for player in players}
    x = torch.from_numpy(pixels(work.amount, IMAGES, channels_first=True))

    def train():
        for batch in x.split(work.batch):
            losses = model({"data": batch.to(DEVICE)})
            for player in players:
                optimizers[player].zero_grad()
                losses[f"{player}_loss"].backward(retain_graph=player != "discriminator")
            for optimizer in optimizers.values():
                optimizer.step()
        in_torch.wait()

    return train


TASKS = {
    "IWAE, batches of 20": iwae,
    "IWAE, batches of 100": iwae,
    "VAE/GAN": vae_gan,
    "likelihood, convolutional": likelihood_convolutional,
    "likelihood, dense": likelihood_dense,
}
