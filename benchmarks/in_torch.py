"""The work in plain PyTorch, as one would write it by hand. Feature maps are channels-last, which is fastest on a CPU.

Networks are on the GPU if there is one. As in kvae, images come from the memory of the host, batch by batch, and results
return to it. A run ends when the GPU has finished.
"""

import math
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.work import DIGITS, DOMAINS, IMAGES, LATENT, PIXELS, Work, pixels

CHANNELS = (32, 64, 128, 256)
LAST = torch.channels_last
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def wait() -> None:
    """Wait until the GPU has finished, if there is one."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def dense() -> tuple[nn.Module, nn.Module]:
    """Return the encoder and the decoder of the dense VAE."""
    down = [nn.Linear(784, 200), nn.Tanh(), nn.Linear(200, 200), nn.Tanh(), nn.Linear(200, 100)]
    up = [nn.Linear(50, 200), nn.Tanh(), nn.Linear(200, 200), nn.Tanh(), nn.Linear(200, 784)]
    return nn.Sequential(*down), nn.Sequential(*up)


def dcgan_encoder(latent: int, colors: int = 3, padding: tuple[int, ...] = (1, 1, 1, 1)) -> nn.Module:
    """Return an encoder with a convolution of stride 2 for each entry of `padding`. The last map is 4×4."""
    down, last = [], colors
    for i, (count, rows) in enumerate(zip(CHANNELS, padding, strict=False)):
        down += [nn.Conv2d(last, count, 4, 2, rows, bias=i == 0)]
        down += ([nn.BatchNorm2d(count)] if i else []) + [nn.LeakyReLU(0.2)]
        last = count
    return nn.Sequential(*down, nn.Flatten(), nn.Linear(16 * last, 2 * latent)).to(memory_format=LAST)


def dcgan_decoder(latent: int) -> nn.Module:
    up = [nn.Linear(latent, 4096, bias=False), nn.Unflatten(1, (256, 4, 4)), nn.BatchNorm2d(256), nn.ReLU()]
    for count, smaller in ((256, 128), (128, 64), (64, 32)):
        up += [nn.ConvTranspose2d(count, smaller, 4, 2, 1, bias=False), nn.BatchNorm2d(smaller), nn.ReLU()]
    return nn.Sequential(*up, nn.ConvTranspose2d(32, 3, 4, 2, 1)).to(memory_format=LAST)


class Block(nn.Module):
    """A residual block."""

    def __init__(self, count: int):
        super().__init__()
        self.before, self.after = nn.BatchNorm2d(count), nn.BatchNorm2d(count)
        self.conv = nn.Conv2d(count, count, 3, padding=1, bias=False)

    def forward(self, h):
        return h + self.after(self.conv(F.relu(self.before(h))))


def residual_networks(latent: int) -> tuple[nn.Module, nn.Module]:
    down, up, last = [], [nn.Linear(latent, 4096), nn.Unflatten(1, (256, 4, 4))], 3
    for count in CHANNELS:
        down += [nn.Conv2d(last, count, 4, 2, 1), Block(count)]
        last = count
    down += [nn.BatchNorm2d(256), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 2 * latent)]
    for count, smaller in zip(reversed(CHANNELS), (128, 64, 32, 32), strict=True):
        up += [Block(count), nn.Upsample(scale_factor=2), nn.Conv2d(count, smaller, 3, padding=1)]
    up += [nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 3, 3, padding=1)]
    return nn.Sequential(*down).to(memory_format=LAST), nn.Sequential(*up).to(memory_format=LAST)


def _images(count: int, shape=IMAGES) -> torch.Tensor:
    return torch.from_numpy(pixels(count, shape, channels_first=True)).contiguous(memory_format=LAST)


def negative_elbo(encoder, decoder, x):
    """Return the loss of a VAE with Bernoulli pixels, in nats."""
    loc, log_scale = encoder(x).chunk(2, dim=1)
    logits = decoder(loc + log_scale.exp() * torch.randn_like(loc))
    distortion = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    rate = (0.5 * (loc**2 + (2 * log_scale).exp() - 1) - log_scale).sum(dim=1).mean()
    return distortion + rate


def negative_iwae_bound(encoder, decoder, x, samples: int = 5):
    """Return the loss of an IWAE with Bernoulli pixels, in nats."""
    loc, log_scale = encoder(x).chunk(2, dim=1)
    noise = torch.randn(samples, *loc.shape, device=loc.device)
    z = loc + log_scale.exp() * noise
    logits = decoder(z)
    likelihood = (x * logits - F.softplus(logits)).sum(-1)
    log_weights = likelihood + ((noise**2 - z**2) / 2 + log_scale).sum(-1)
    return -(torch.logsumexp(log_weights, 0) - math.log(samples)).mean()


def trained(nets, loss, x, work: Work, rate: float, fused: bool) -> Callable:
    """Return a function that trains `nets` for one pass through `x`, with one optimizer."""
    nets = [net.to(DEVICE) for net in nets]
    optimizer = torch.optim.Adam([p for net in nets for p in net.parameters()], rate, fused=fused)

    def train():
        for batch in x.split(work.batch):
            optimizer.zero_grad()
            loss(*nets, batch.to(DEVICE)).backward()
            optimizer.step()
        wait()

    return train


def iwae(work: Work, fused: bool) -> Callable:
    return trained(dense(), negative_iwae_bound, torch.from_numpy(pixels(work.amount, PIXELS)), work, 1e-3, fused)


def dense_vae(work: Work, fused: bool) -> Callable:
    return trained(dense(), negative_elbo, torch.from_numpy(pixels(work.amount, PIXELS)), work, 1e-3, fused)


def dcgan(work: Work, fused: bool) -> Callable:
    nets = dcgan_encoder(LATENT["DCGAN"]), dcgan_decoder(LATENT["DCGAN"])
    return trained(nets, negative_elbo, _images(work.amount), work, 4e-4, fused)


def residual(work: Work, fused: bool) -> Callable:
    return trained(residual_networks(LATENT["residual"]), negative_elbo, _images(work.amount), work, 4e-4, fused)


def multi_encoder(work: Work, fused: bool) -> Callable:
    """Return a function in which each domain has turns: its encoder and the shared decoder take a step."""
    encoders = [dcgan_encoder(LATENT["DCGAN"]).to(DEVICE) for _ in range(DOMAINS)]
    decoder = dcgan_decoder(LATENT["DCGAN"]).to(DEVICE)
    optimizers = [torch.optim.Adam(net.parameters(), 4e-4, fused=fused) for net in (*encoders, decoder)]
    x = _images(work.amount)

    def train():
        for turn, batch in enumerate(x.split(work.batch)):
            players = optimizers[turn % DOMAINS], optimizers[-1]
            for optimizer in players:
                optimizer.zero_grad()
            negative_elbo(encoders[turn % DOMAINS], decoder, batch.to(DEVICE)).backward()
            for optimizer in players:
                optimizer.step()
        wait()

    return train


def sample(work: Work, fused: bool) -> Callable:
    decoder = dcgan_decoder(LATENT["DCGAN"]).eval().to(DEVICE)

    def draw():
        with torch.no_grad():
            for _ in range(work.amount // work.batch):
                torch.sigmoid(decoder(torch.randn(work.batch, LATENT["DCGAN"], device=DEVICE))).cpu()

    return draw


def encode(work: Work, fused: bool) -> Callable:
    encoder = dcgan_encoder(LATENT["digits"], 1, (1, 1, 2)).eval().to(DEVICE)
    x = _images(work.amount, DIGITS)

    def run():
        with torch.no_grad():
            for batch in x.split(work.batch):
                encoder(batch.to(DEVICE)).cpu().chunk(2, dim=1)

    return run


TASKS = {
    "IWAE, batches of 20": iwae,
    "IWAE, batches of 100": iwae,
    "dense VAE": dense_vae,
    "DCGAN": dcgan,
    "residual": residual,
    "DCGAN in bfloat16": dcgan,
    "residual in bfloat16": residual,
    "multi-encoder round": multi_encoder,
    "sample 1,000": sample,
    "encode 10,000": encode,
}
