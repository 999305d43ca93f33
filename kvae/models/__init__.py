"""One published model per file."""

from kvae.models.autoencoder import Autoencoder
from kvae.models.iwae import IWAE
from kvae.models.latent import LatentModel
from kvae.models.layered_vae import LayeredVAE
from kvae.models.vae import VAE

__all__ = ["IWAE", "VAE", "Autoencoder", "LatentModel", "LayeredVAE"]
