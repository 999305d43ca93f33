"""Small instances of the models of image-to-image translation and of spatial codes. A part of `models.py`."""

from kvae import models, networks
from tests.contracts.parts import LATENT, SHAPE, dense, settle


def _translator(channels=1):
    return networks.mlp(SHAPE, (8, 8, channels), (16,), "softplus", output_activation="sigmoid")


def _scores(channels=2):
    return networks.mlp((8, 8, channels), 1, (12,), "softplus")


def _cycle_gan(**options):
    nets = {name: _translator() for name in "AB"}, {name: _scores(1) for name in "AB"}
    return models.CycleGAN(*nets, beta_cycle=2.0, pool_size=10, **options)


def _autoencoder_kl(**options):
    encoder, decoder = (
        networks.mlp(SHAPE, (2, 2, 4), (16,), "softplus"),
        networks.mlp((2, 2, 2), SHAPE, (16,), "softplus"),
    )
    return models.AutoencoderKL(encoder, decoder, beta=0.1, seed=1, **options)


def _bicycle_gan():
    generator = networks.mlp(SHAPE, SHAPE, (12,), "softplus", label_units=LATENT)
    return models.BicycleGAN(generator, dense()[0], _scores(1), _scores(1))


def _style_transfer():
    """Return a StyleTransferVAE with measured means, so that it translates."""
    model = models.StyleTransferVAE(*dense(), _translator(), beta_repulsion=1.0)
    model.means.assign([[0.5, -0.5, 0.25], [-0.25, 0.5, 0.0]])
    model.measured.assign(1.0)
    return model


TRANSLATORS = {
    "Pix2Pix": lambda: models.Pix2Pix(_translator(), _scores()),
    "Pix2Pix, convolutional": lambda: models.Pix2Pix(
        networks.unet(SHAPE, 2, width=2, dropout=0.0), networks.patch_discriminator((8, 8, 3), width=2, stages=1)
    ),
    "CycleGAN": lambda: _cycle_gan(beta_identity=1.0),
    "CycleGAN, without identity": lambda: _cycle_gan(beta_identity=0.0, adversary="cross_entropy"),
    "Pix2PixVAE": lambda: models.Pix2PixVAE(*dense(), _scores()),
    "Pix2PixVAE, skips": lambda: models.Pix2PixVAE(
        networks.unet_encoder(SHAPE, 2 * LATENT, 2, skips=True), networks.unet_decoder(LATENT, SHAPE, 2, skips=True)
    ),
    "Pix2PixVAE, one's own target": lambda: models.Pix2PixVAE(*dense(), paired=False),
    "AutoencoderKL": lambda: _autoencoder_kl(
        features=settle(networks.mlp(SHAPE, (4, 4, 2), (7,), "softplus")), discriminator=_scores(1), beta_adversary=0.1
    ),
    "AutoencoderKL, adaptive": lambda: _autoencoder_kl(
        discriminator=_scores(1), adaptive=True, adversary="least_squares"
    ),
    "BicycleGAN": _bicycle_gan,
    "StyleTransferVAE": _style_transfer,
}
"""Models of image-to-image translation and of spatial codes, at minimal size."""
