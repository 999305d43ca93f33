"""The models, one published model per file."""

from kvae.models.autoencoder import Autoencoder
from kvae.models.autoencoder_kl import AutoencoderKL
from kvae.models.base.latent import LatentModel
from kvae.models.bicycle_gan import BicycleGAN
from kvae.models.classifier import Classifier
from kvae.models.cond_vae import CondVAE
from kvae.models.csvae import CSVAE
from kvae.models.cycle_gan import CycleGAN
from kvae.models.dfc_vae import DFCVAE
from kvae.models.ifcvae_gan import IFCVAEGAN
from kvae.models.iwae import IWAE
from kvae.models.layered_vae import LayeredVAE
from kvae.models.multi_encoder import MultiEncoder
from kvae.models.pix2pix import Pix2Pix
from kvae.models.pix2pix_vae import Pix2PixVAE
from kvae.models.rae import RAE
from kvae.models.style_transfer_vae import StyleTransferVAE
from kvae.models.vae import VAE
from kvae.models.vae_gan import VAEGAN

__all__ = [
    "CSVAE",
    "DFCVAE",
    "IFCVAEGAN",
    "IWAE",
    "RAE",
    "VAE",
    "VAEGAN",
    "Autoencoder",
    "AutoencoderKL",
    "BicycleGAN",
    "Classifier",
    "CondVAE",
    "CycleGAN",
    "LatentModel",
    "LayeredVAE",
    "MultiEncoder",
    "Pix2Pix",
    "Pix2PixVAE",
    "StyleTransferVAE",
]
