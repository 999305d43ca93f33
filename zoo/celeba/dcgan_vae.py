"""A DCGAN-style VAE on faces, with three ways of enlarging a feature map.

Source: "Experimenting With Variational Auto Encoders" (M. Davari), sections 1, 2 and 4: encoder and decoder mirror each
other and follow DCGAN's generator (Radford et al. 2016), narrower; Adam at 2e-4 with β1 = 0.5, batch 128, 200 epochs,
10,000 faces for training and 1,000 for validation. It reports 7,133 nats, 2.51 bits per pixel, of the Bernoulli
cross-entropy on grey values with 2,000 importance samples (its formula leaves out the 1/K, 7.6 nats in its favour).

Silent in the source, chosen here: 32-64-128-256 channels with 4×4 kernels of stride 2 (up-sampling by interpolation: 3×3
behind it), 100 latent units, leaky ReLU in the encoder, running statistics of momentum 0.9 as in DCGAN's code. The 10,000
faces at hand are split 9,000 to 1,000, no person on both sides. 20 epochs, not 200: ten minutes, not two hours.
`model.likelihood=logistic` gives bits per dimension of a likelihood that is one, over 256 levels.
Expected (seed 0, epochs=10, the 1,000 validation faces): elbo −6,650; −log p(x) by 2,000 samples 6,602 nats (6,603 and
6,616 by seeds 1 and 2), 2.33 bits per pixel; checkerboard 2.05. With nearest: elbo −6,703, checkerboard 0.88; with bilinear:
−6,710, 1.04.
Cost: 25 seconds an epoch on two CPU cores with TensorFlow; the likelihood takes 13 minutes more.
Command: kvae train celeba/dcgan_vae
The up-samplings: kvae train celeba/dcgan_vae --set model.upsampling=nearest (or bilinear), and kvae compare
Its likelihood: kvae evaluate runs/celeba/dcgan_vae --samples 2000
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, OneOf, Positive, Search, Training


def data(size: Count = 64, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged)


def nets(dataset, latent: int, width: int, upsampling: str, outputs: int = 1) -> dict:
    """Encoder and decoder, mirror images of each other, whose running statistics are as short-lived as DCGAN's."""
    *sides, channels = dataset.shape
    shape = (*sides, channels * outputs)
    return {
        "encoder": kvae.networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        "decoder": kvae.networks.conv_decoder(
            latent, shape, width, upsampling=upsampling, momentum=0.9, name="decoder"
        ),
    }


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    likelihood: Literal["bernoulli", "logistic"] = "bernoulli",
    beta: NonNegative = 1.0,
):
    px = kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.VAE(**nets(dataset, latent, width, upsampling, px.outputs), likelihood=px, beta=beta)


def training(epochs: Count = 20, batch_size: Count = 128, learning_rate: Positive = 2e-4):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate, beta_1=0.5), images_every=5)


def search():
    return Search(
        vary={
            "model.beta": Between(0.25, 4.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.width": Between(16, 64, log=True),
            "model.upsampling": OneOf("deconv", "nearest", "bilinear"),
            "learning_rate": Between(0.0001, 0.002, log=True),
        }
    )
