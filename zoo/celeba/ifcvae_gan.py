"""IFCVAE-GAN on faces (Creswell et al. 2017): an adversary keeps nineteen attributes out of z.

Source: "Adversarial Information Factorization" (Creswell et al. 2017).
    Networks, RMSprop and batches of 64 are those of the authors' code, which trains with one attribute.
    "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018, section
    3.2.2) could not train this model: every sample was the same mean face.
Expected: share of images in which a classifier finds the requested attribute, 1,000 validation faces, seed 0
    attribute     samples  base rate  transfer
    Wearing_Hat   0.45     0.04       0.02
    Eyeglasses    0.88     0.07       0.25
    Smiling       0.85     0.47       0.72
    Male          0.95     0.44       0.14
    Heavy_Makeup  0.61     0.39       0.14
    mean          0.75     0.28
    Samples are drawn with the attribute. The base rate is the share of all validation faces. For transfer, faces without
    the attribute are decoded with it. The classifier is the preset celeba/attribute_classifier, which was also trained on
    smooth images. The mean distance between samples is 0.93 of that between faces. Half of the samples are faces. The
    other half have loud colours and a checkerboard pattern. ELBO −6,756 nats, MSE 0.0153.
    The weights are the better of two choices, which were compared on these same faces. With model.beta_label=20 and
    model.beta_realism=20 the five shares are 0.81, 0.89, 0.60, 0.94 and 0.57, and the colours are louder. With
    model.upsampling=nearest there is no checkerboard, and the colours are garish.
Cost: 10 epochs of 120 to 205 s on one CPU core with TensorFlow, while other work ran.
Not in the source:
    - nineteen attributes at once
    - 16 channels in the first convolution, a quarter of all published widths
    - one-cycle schedules up to learning rates of 1e-3, and of 1e-4 for the discriminator
    - batch norm in encoder and decoder, with which they train faster. The authors' networks have none
      (model.normalization=none).
    - the weights. The authors average the cross-entropy over pixels. Here it is summed, in nats, so that all their other
      weights would be thousands of times larger. Of their six weights, that of the attribute classifier's own loss has
      no effect on other networks and is left out.
    - the term of the labels covers samples from the prior and not only reconstructions (model.label_samples)
    - the encoder is not trained to find labels in generated images (model.fixed_classifier)
    - the decoder standardises the labels, and faces with a hat are repeated, as in celeba/cond_vae. Without these two
      choices, samples show make-up less often than faces do.
Run:
    kvae train celeba/ifcvae_gan
    # averaged weights, R1 or spectral normalisation of the discriminator, no transposed convolutions, clipped labels
    kvae train celeba/ifcvae_gan --set model.averaging=0.999
    kvae train celeba/ifcvae_gan --set model.r1=10
    kvae train celeba/ifcvae_gan --set model.discriminator_normalization=spectral
    kvae train celeba/ifcvae_gan --set model.upsampling=nearest
    kvae train celeba/ifcvae_gan --set model.label_limit=3
    # accuracy of the attributes and diversity of the samples
    kvae evaluate celeba/ifcvae_gan --metric attributes --metric diversity --classifier celeba/attribute_classifier
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, Upsampling, Width
from kvae.zoo.celeba._shared import ATTRIBUTES, without_omitted


def data(
    size: Count = 64,
    attributes: tuple[str, ...] = ATTRIBUTES,
    repeated: tuple[str, ...] = ("Wearing_Hat",),
    share: NonNegative = 0.5,
    validation: Limit = None,
    skip_damaged: bool = False,
    limit: Limit = None,
):
    """Load faces. `validation` training faces replace the validation split, which becomes the test split."""
    faces = kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged, limit=limit)
    return faces.with_test(validation).repeating(without_omitted(repeated, attributes), share)


def model(
    dataset,
    latent: Annotated[Count, Between(32, 256, log=True)] = 128,
    width: Annotated[Width, Between(8, 32, log=True)] = 16,
    normalization: Literal["batch", "none"] = "batch",
    upsampling: Upsampling = "deconv",
    beta_distortion: Annotated[NonNegative, Between(0.1, 2.0, log=True)] = 1.0,
    beta: Annotated[NonNegative, Between(0.2, 5.0, log=True)] = 3.0,
    beta_label: Annotated[NonNegative, Between(2.0, 200.0, log=True)] = 10.0,
    beta_information: Annotated[NonNegative, Between(5.0, 500.0, log=True)] = 50.0,
    beta_realism: Annotated[NonNegative, Between(2.0, 200.0, log=True)] = 40.0,
    information: Literal["base_rate", "published"] = "base_rate",
    label_samples: bool = True,
    fixed_classifier: bool = True,
    discriminator_normalization: Literal["none", "spectral"] = "none",
    r1: NonNegative = 0.0,
    averaging: Positive | None = None,
    label_limit: Positive | None = None,
):
    networks, count = kvae.networks, len(dataset.label_names)
    rates = dataset.train.y.mean(axis=0).tolist()
    encoder = networks.creswell_encoder(dataset.shape, 2 * latent, width, normalization, name="encoder")
    return kvae.models.IFCVAEGAN(
        encoder=encoder,
        label_head=networks.mlp(encoder.output_shape[1][-1], count, name="label_head"),
        decoder=networks.creswell_decoder(
            latent + count,
            dataset.shape,
            width,
            normalization,
            upsampling=upsampling,
            label_rates=rates,
            label_limit=label_limit,
            name="decoder",
        ),
        adversary=networks.mlp(latent, count, (1000, 1000), name="adversary"),
        discriminator=networks.creswell_discriminator(
            dataset.shape, width, discriminator_normalization, name="discriminator"
        ),
        labels=kvae.distributions.BinaryLabels(count),
        likelihood="bernoulli",
        beta_distortion=beta_distortion,
        beta_rate=beta,
        beta_label=beta_label,
        beta_information=beta_information,
        beta_realism=beta_realism,
        base_rate=rates if information == "base_rate" else None,
        label_samples=label_samples,
        fixed_classifier=fixed_classifier,
        r1=r1,
        averaging=averaging,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0002, 0.003, log=True)] = 1e-3,
    discriminator_learning_rate: Positive = 1e-4,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    optimizers = {
        "loss": keras.optimizers.RMSprop(learning_rate),
        "label": keras.optimizers.RMSprop(learning_rate),
        "adversary": keras.optimizers.RMSprop(learning_rate),
        "discriminator": keras.optimizers.RMSprop(discriminator_learning_rate),
    }
    cycle = kvae.training.schedules.OneCycle(epochs)
    return Training(
        epochs,
        batch_size,
        optimizers,
        learning_rate_schedule=cycle,
        images_every=5,
        features="celeba/attribute_classifier" if patience else None,
        best_epoch=kvae.training.BestEpoch("val_kernel", patience=patience) if patience else None,
    )


def search():
    return Search(
        objectives=(Objective("mse", "min", unit=0.001), Objective("diversity.prior", "max", unit=0.1)),
        monitor=None,  # the ELBO is no objective, and the losses depend on the weights that vary
    )
