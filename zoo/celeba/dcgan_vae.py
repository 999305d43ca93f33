"""VAE on faces with networks like DCGAN's (Radford et al. 2016) and three kinds of up-sampling.

Source: "Experimenting With Variational Auto Encoders" (M. Davari), sections 1, 2 and 4.
    Encoder and decoder mirror each other and follow DCGAN's generator (Radford et al. 2016), with fewer channels.
    Adam at 2e-4 with β1 = 0.5, batches of 128, 200 epochs, 10,000 faces for training and 1,000 for validation.
    It reports 7,133 nats, 2.51 bits per pixel, of the Bernoulli cross-entropy on grey values with 2,000 importance
    samples. Its formula omits the 1/K, 7.6 nats in its favour.
Expected: the 1,000 validation faces, epochs=10, seed 0
    upsampling  ELBO (nats)  −log p(x), 2,000 samples  bits per pixel  checkerboard
    deconv      −6,650       6,602                     2.33            2.05
    nearest     −6,703                                                 0.88
    bilinear    −6,710                                                 1.04
    With seeds 1 and 2, −log p(x) is 6,603 and 6,616.
Cost: 25 s per epoch on two CPU cores with TensorFlow. The likelihood takes 13 minutes more.
Not in the source:
    - 32-64-128-256 channels with 4×4 kernels of stride 2; up-sampling by interpolation is followed by a 3×3 kernel
    - 100 latent units
    - leaky ReLU in the encoder
    - running statistics of momentum 0.9, as in DCGAN's code
    - the 10,000 available faces are split 9,000 to 1,000, with no person on both sides
    - 20 epochs instead of 200, which take ten minutes instead of two hours
    - model.likelihood=logistic, a likelihood of 256 levels, whose bits per dimension are meaningful
Run:
    kvae train celeba/dcgan_vae
    kvae evaluate runs/celeba/dcgan_vae --samples 2000
    # another up-sampling
    kvae train celeba/dcgan_vae --set model.upsampling=nearest
    kvae compare runs/celeba/dcgan_vae runs/celeba/dcgan_vae-2
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, OneOf, Positive, Training, Upsampling


def data(size: Count = 64, skip_damaged: bool = False):
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "deconv",
    likelihood: Literal["bernoulli", "logistic"] = "bernoulli",
    beta: Annotated[NonNegative, Between(0.25, 4.0, log=True)] = 1.0,
):
    networks, px = kvae.networks, kvae.distributions.likelihoods.get(likelihood)
    *sides, channels = dataset.shape
    outputs = (*sides, channels * px.outputs)
    return kvae.models.VAE(
        networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        networks.conv_decoder(latent, outputs, width, upsampling=upsampling, momentum=0.9, name="decoder"),
        likelihood=px,
        beta=beta,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 128,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 2e-4,
):
    import keras

    return Training(epochs, batch_size, keras.optimizers.Adam(learning_rate, beta_1=0.5), images_every=5)
