"""AutoencoderKL on faces, the autoencoder of latent diffusion models (Rombach et al. 2022).

Source: "High-resolution image synthesis with latent diffusion models" (Rombach, Blattmann, Lorenz, Esser and Ommer 2022) and
    the authors' code. The loss is the absolute error plus errors of VGG's features (LPIPS), 1e-6 · rate, and, from round
    50,001 on, a discriminator of patches with the hinge loss, whose weight is 0.5 · the adaptive one. At a factor of 4 the
    code has 3 channels. The networks have 128 channels in the first convolution and two residual blocks at each size of map,
    at 256×256. The optimizer is Adam at 4.5e-6 for each image of a batch, with β1 = 0.5 and β2 = 0.9.
Expected: reconstructions of the 1,000 validation faces, seed 0
    L1  0.0248    SSIM  0.920    Fréchet distance (celeba/attribute_classifier)  11.4
Cost: about 95 minutes on one CPU core with TensorFlow, 8 minutes per epoch.
Not in the source:
    - images of 64×64, 32 channels in the first convolution, one residual block at each size, and no attention
    - a code of 16×16×4 values
    - no features by default. Their weight is the source's 1 for each of the 12,288 values.
    - the discriminator has 32 channels, scores patches of 34×34 pixels (model.stages=2), and begins after 1,500 of 6,750
      rounds. Its weight is fixed, which takes one backward pass instead of two.
    - Adam at 1e-3, which falls to 0 in the second half of training, and batches of 16
Run:
    kvae train celeba/autoencoder_kl
    # features of VGG-19, whose weights Keras downloads, or of a classifier
    kvae train celeba/autoencoder_kl --set model.features=vgg19
    kvae train celeba/autoencoder_kl --set model.features=celeba/attribute_classifier
    # a smaller code, the squared error, the adaptive weight, the published width
    kvae train celeba/autoencoder_kl --set model.channels=2
    kvae train celeba/autoencoder_kl --set model.error=squared
    kvae train celeba/autoencoder_kl --set model.adaptive=true --set model.beta_adversary=0.5
    kvae train celeba/autoencoder_kl --set data.size=256 --set model.width=128 --set model.blocks=2 --set model.stages=3
    # the decoder alone, after the training of both
    kvae train celeba/autoencoder_kl --warm-start runs/celeba/autoencoder_kl --freeze encoder
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training
from kvae.zoo._features import feature_network


def data(size: Count = 64, validation: Limit = None, skip_damaged: bool = False, limit: Limit = None):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    return kvae.data.load("celeba", size=size, skip_damaged=skip_damaged, limit=limit).with_test(validation)


def model(
    dataset,
    channels: Annotated[Count, Between(2, 8)] = 4,
    factor: Count = 4,
    width: Count = 32,
    blocks: Count = 1,
    stages: Count = 2,
    error: Literal["absolute", "squared"] = "absolute",
    features: str | None = None,
    beta: NonNegative = 1e-6,
    beta_features: NonNegative = 12288.0,
    beta_adversary: NonNegative = 50.0,
    start: Count = 1500,
    adaptive: bool = False,
):
    networks, likelihoods, shape = kvae.networks, kvae.distributions.likelihoods, dataset.shape
    return kvae.models.AutoencoderKL(
        networks.spatial_encoder(shape, 2 * channels, factor, width, blocks, name="encoder"),
        networks.spatial_decoder(channels, shape, factor, width, blocks, name="decoder"),
        features=None if features is None else feature_network(features, shape),
        discriminator=networks.patch_discriminator(shape, width, stages, name="discriminator"),
        likelihood=likelihoods.LaplaceLikelihood(0.5) if error == "absolute" else likelihoods.NormalLikelihood(8**-0.5),
        beta=beta,
        beta_features=beta_features,
        beta_adversary=beta_adversary,
        start=start,
        adaptive=adaptive,
    )


def training(
    epochs: Count = 12,
    batch_size: Count = 16,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 1e-3,
    freeze: tuple[str, ...] = (),
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate, beta_1=0.5, beta_2=0.9),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=2,
        freeze=freeze,
    )


def search():
    return Search(objectives=(Objective("mae", "min", unit=0.001),), monitor=None)
