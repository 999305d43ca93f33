"""VAE that turns photographs into paintings by shifted latent codes, with a network that sharpens them.

Source: the code of sunsided, vae-style-transfer. A convolutional VAE at 320×180 has seven convolutions of stride 2, batch
    norm, ELU and a latent code of 512 units. The loss is the sum of squared errors plus the rate. The optimizer is Adam at
    2e-4 with batches of 50. A second network of two convolutions, a residual block and an up-sampling sharpens the output.
    Its loss is 0.6 · error + 4000 / distance from the blurred image. It is trained after the VAE at 1e-4. A code is shifted
    by −0.25 · mean of the video + 0.5 to 1 · mean of the paintings.
Expected: 872 test images, seed 0
                       MAE per value  SSIM   Fréchet distance from paintings  from photographs
    inputs                                   772                              773
    decoder            0.0409         0.680  598                              264
    decoder + refiner  0.0417         0.654  580                              256
    The distances are those of translations, in 32 principal components of the features of monet2photo/classifier.
Cost: 95 minutes on one CPU core with TensorFlow, while another program used the other core.
Not in the source:
    - images of 128×128, which are those of monet2photo. Other sizes are settings.
    - a latent code of 16×16×8 instead of 512 units. Its sides are those of the image divided by model.factor.
    - a standard deviation of 0.05 of p(x|z), so that errors weigh 200 times as much next to the rate
    - 32-64-128 channels, leaky ReLU and no batch norm
    - a refiner of 16 channels with two residual blocks, which adds a correction to its input. It begins after 1,500 of
      4,760 rounds. All networks are trained at 5e-4, which falls in the second half.
    - one strength s for both means, z + s · (mean of the paintings − mean of the photographs)
    - a weight of 320 for 1 / distance. The error grows with the number of values n and 1 / distance falls with it, so that
      4000 at 320×180 is 4000 · (49,152 / 172,800)² here.
Run:
    kvae train monet2photo/style_transfer
    # photographs as paintings, at several strengths
    kvae translate runs/monet2photo/style_transfer --strength 0.5 --strength 1 --strength 2
    # the refiner alone, after the training of the VAE, as in the source
    kvae train monet2photo/style_transfer --set model.start=1 --set epochs=10 --warm-start runs/monet2photo/style_transfer \\
        --freeze encoder --freeze decoder --out runs/monet2photo/style_transfer_refined
    # the published size, and half of it, of your own images in folders trainA and trainB
    kvae train monet2photo/style_transfer --set data.path=FOLDER --set data.size=180 --set data.aspect=16:9 \\
        --set model.repulsion=4000
    kvae train monet2photo/style_transfer --set data.path=FOLDER --set data.size=90 --set data.aspect=16:9
"""

from typing import Annotated

import kvae
from kvae.zoo import Between, Count, FilePath, Limit, NonNegative, Positive, Training, Width


def data(
    size: Count = 128,
    path: FilePath | None = None,
    aspect: str = "square",
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load paintings (A) and photographs (B), or the images of `path`, which are cropped to `aspect`."""
    if path is None:
        return kvae.data.load("monet2photo", size=size, skip_damaged=skip_damaged, limit=limit)
    return kvae.data.load(f"unpaired:{path}", size=size, aspect=aspect, skip_damaged=skip_damaged, limit=limit)


def model(
    dataset,
    channels: Count = 8,
    factor: Count = 8,
    width: Width = 32,
    refiner_width: Count = 16,
    start: Count = 1500,
    scale: Positive = 0.05,
    beta: NonNegative = 1.0,
    repulsion: NonNegative = 320.0,
):
    networks, shape = kvae.networks, dataset.shape
    return kvae.models.StyleTransferVAE(
        networks.conv_encoder(shape, 2 * channels, width, factor=factor, normalization="none", name="encoder"),
        networks.conv_decoder(
            channels, shape, width, factor=factor, normalization="none", upsampling="nearest", name="decoder"
        ),
        networks.refiner(shape, refiner_width, name="refiner"),
        likelihood=kvae.distributions.likelihoods.NormalLikelihood(scale),
        beta=beta,
        beta_repulsion=repulsion,
        start=start,
        domains=dataset.label_names,
    )


def training(
    epochs: Count = 40,
    batch_size: Count = 32,
    learning_rate: Annotated[Positive, Between(0.0001, 0.002, log=True)] = 5e-4,
    freeze: tuple[str, ...] = (),
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.constant_then_falling(epochs),
        images_every=10,
        freeze=freeze,
    )
