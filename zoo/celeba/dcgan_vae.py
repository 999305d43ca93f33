"""VAE on faces with networks like DCGAN's (Radford et al. 2016) and three kinds of up-sampling.

Source: "Experimenting With Variational Auto Encoders" (M. Davari), sections 1, 2 and 4.
    Encoder and decoder mirror each other and follow DCGAN's generator (Radford et al. 2016), with fewer channels.
    The VAE is trained with Adam at 2e-4, β1 = 0.5 and batches of 128, for 200 epochs, on 10,000 faces. Another 1,000 are
    for validation. The report has −log p(x) = 7,133 nats, or 2.51 bits per pixel, from 2,000 importance samples and the
    Bernoulli cross-entropy of grey values. Its formula omits the factor 1/K. The correct value is 7.6 nats higher.
Expected: the 1,000 validation faces, epochs=10, seed 0
    upsampling  ELBO (nats)  −log p(x), 2,000 samples  bits per pixel  checkerboard
    deconv      −6,650       6,602                     2.33            2.05
    nearest     −6,703                                                 0.88
    bilinear    −6,710                                                 1.04
    With seeds 1 and 2, −log p(x) is 6,603 and 6,616.
    After 200 epochs on 8,000 faces, as below, seed 0: ELBO −6,515, checkerboard 1.13. The Fréchet distance is 91.2 for 1,000
    samples from the mixture, 243 for samples from the prior, and 83.6 for reconstructions (docs/results/samples.md).
Cost: 25 s per epoch on two CPU cores with TensorFlow. The likelihood takes 13 minutes more.
Not in the source:
    - 32-64-128-256 channels with 4×4 kernels of stride 2. A 3×3 convolution follows up-sampling by interpolation.
    - 100 latent units
    - leaky ReLU in the encoder
    - a momentum of 0.9 for batch norm's running statistics, as in DCGAN's code
    - 9,000 faces for training and 1,000 for validation. No person is in both parts.
    - 20 epochs instead of 200, which take ten minutes instead of two hours
    - the option model.likelihood. The distributions over 256 levels, logistic and logistic_mixture, and the densities
      continuous_bernoulli and optimal_normal (σ-VAE) give meaningful bits per dimension.
Run:
    kvae train celeba/dcgan_vae
    # the number of epochs of the table, and −log p(x)
    kvae train celeba/dcgan_vae --set epochs=10 --out runs/celeba/vae_ten_epochs
    kvae evaluate runs/celeba/vae_ten_epochs --metric nll --samples 2000
    # the source's number of epochs. 1,000 training faces choose the epoch that is kept (two hours on one core)
    kvae train celeba/dcgan_vae --set epochs=200 --set patience=200 --set data.validation=1000 --out runs/celeba/vae_long
    kvae evaluate runs/celeba/vae_long --metric frechet
    # a σ-VAE, and a mixture of discretised logistics, whose bits per dimension can be compared (not measured)
    kvae train celeba/dcgan_vae --set model.likelihood=optimal_normal --out runs/celeba/vae_sigma
    kvae train celeba/dcgan_vae --set model.likelihood=logistic_mixture --out runs/celeba/vae_logistic_mixture
    kvae evaluate runs/celeba/vae_sigma --metric nll --samples 2000
    kvae evaluate runs/celeba/vae_logistic_mixture --metric nll --samples 2000
    # another up-sampling
    kvae train celeba/dcgan_vae --set model.upsampling=nearest
    kvae compare runs/celeba/dcgan_vae runs/celeba/dcgan_vae-2
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, ImageLikelihood, Limit, NonNegative, OneOf, Positive, Training, Upsampling


def data(size: Count = 64, validation: Limit = None, skip_damaged: bool = False, limit: Limit = None):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged, limit=limit).with_test(validation)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 100,
    width: Annotated[Count, Between(16, 64, log=True)] = 32,
    upsampling: Annotated[Upsampling, OneOf("deconv", "nearest", "bilinear")] = "deconv",
    likelihood: ImageLikelihood = "bernoulli",
    beta: Annotated[NonNegative, Between(0.25, 4.0, log=True)] = 1.0,
):
    networks, px = kvae.networks, kvae.distributions.likelihoods.get(likelihood)
    return kvae.models.VAE(
        networks.conv_encoder(dataset.shape, 2 * latent, width, momentum=0.9, name="encoder"),
        networks.conv_decoder(
            latent, px.outputs(dataset.shape), width, upsampling=upsampling, momentum=0.9, name="decoder"
        ),
        likelihood=px,
        beta=beta,
    )


def training(
    epochs: Count = 20,
    batch_size: Count = 128,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 2e-4,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5),
        images_every=5,
        best_epoch=kvae.training.BestEpoch("val_loss", patience=patience) if patience else None,
    )
