"""CSVAE on faces (Klys et al. 2018): nineteen attributes are encoded in w and not in z.

Source: "Learning latent subspaces in variational autoencoders" (project report after Klys, Snell and Zemel 2018),
    section 3.2.3, with the networks of VAE/GAN (Larsen et al. 2016).
Expected: share of images in which a classifier finds the requested attribute, 1,000 validation faces, seed 0
    attribute     samples, source  samples  transfer
    Wearing_Hat   0.097            0.404    0.047
    Eyeglasses    0.121            0.330    0.083
    Smiling       0.826            0.852    0.779
    Male          0.680            0.778    0.118
    Heavy_Makeup  0.444            0.808    0.265
    Samples are drawn with the attribute. For transfer, faces without the attribute are decoded with it. The classifier is
    the preset celeba/attribute_classifier, which was also trained on smooth images. ELBO −6,648 nats, MSE 0.0129.
Cost: 24 epochs of 70 to 140 s on one CPU core with TensorFlow, while other work ran.
Not in the source:
    - one unit of w for each attribute
    - a fixed p(w|y): N(0, 0.3²) for faces without the attribute and N(3, 1) for faces with it
    - the label encoder returns the difference of q(w|x, y) from p(w|y). A label encoder that does not start at p(w|y) ends a
      nat or two from it in every unit. Samples of w from the prior are then codes with which the decoder was not trained.
    - a label encoder of half the width
    - the weights of the terms of the loss
    - model.information=base_rate, which pulls the adversary's predictions towards the frequencies of the labels, because
      most attributes are rare
    - an adversary with one hidden layer that standardises z. From an adversary that does not, the encoder hides the labels:
      it shrinks the units that encode them, to standard deviations of 0.5 to 0.8 over all faces. Decoded samples of
      N(0, 1) are then not faces (Smiling 0.628, Heavy_Makeup 0.402).
    - all other choices of celeba/cond_vae
Run:
    kvae train celeba/csvae
    # accuracy of the attributes
    kvae evaluate runs/celeba/csvae --metric attributes --classifier celeba/attribute_classifier
"""

from typing import Annotated, Literal

import kvae
from kvae.zoo import Between, Count, Limit, NonNegative, Objective, Positive, Search, Training, Width
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
    units_per_label: Count = 1,
    width: Annotated[Width, Between(8, 32, log=True)] = 16,
    beta_distortion: Annotated[NonNegative, Between(0.1, 2.0, log=True)] = 1.0,
    beta_w: Annotated[NonNegative, Between(1.0, 40.0, log=True)] = 10.0,
    beta_z: Annotated[NonNegative, Between(0.5, 10.0, log=True)] = 4.0,
    beta_information: Annotated[NonNegative, Between(5.0, 500.0, log=True)] = 50.0,
    beta_adversary: Annotated[NonNegative, Between(0.2, 5.0, log=True)] = 1.0,
    label_prior: Literal["fixed", "learned"] = "fixed",
    information: Literal["base_rate", "published"] = "base_rate",
    adversary: bool = True,
):
    networks, count = kvae.networks, len(dataset.label_names)
    units_w = units_per_label * count
    label_encoder = networks.larsen_encoder(
        dataset.shape, 2 * units_w, width // 2, label_units=count, name="label_encoder"
    )
    if label_prior == "fixed":
        prior = networks.fixed_label_prior(count, units_per_label, spread=0.3, name="label_prior")
        label_encoder = networks.residual_posterior(label_encoder, prior, name="residual_label_encoder")
    else:
        prior = networks.mlp(count, 2 * units_w, (64,), name="label_prior")
    return kvae.models.CSVAE(
        encoder=networks.larsen_encoder(dataset.shape, 2 * latent, width, name="encoder"),
        label_encoder=label_encoder,
        label_prior=prior,
        decoder=networks.larsen_decoder(latent + units_w, dataset.shape, width, name="decoder"),
        adversary=networks.mlp(latent, count, (256,), standardize_inputs=True, name="adversary") if adversary else None,
        labels=kvae.distributions.BinaryLabels(count),
        likelihood="bernoulli",
        beta_distortion=beta_distortion,
        beta_w=beta_w,
        beta_z=beta_z,
        beta_information=beta_information,
        beta_adversary=beta_adversary,
        base_rate=dataset.train.y.mean(axis=0).tolist() if information == "base_rate" else None,
    )


def training(
    epochs: Count = 24,
    batch_size: Count = 64,
    learning_rate: Annotated[Positive, Between(0.0002, 0.003, log=True)] = 1e-3,
    patience: Limit = None,  # epochs without a better one after which training stops; the best is then kept
):
    import keras

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
        images_every=5,
        best_epoch=kvae.training.BestEpoch("val_elbo", "max", patience) if patience else None,
    )


def search():
    return Search(
        objectives=(Objective("leakage.z", "min", unit=0.01, enough=0.5), Objective("elbo", "max", unit=10.0)),
        monitor=None,  # a trial that leaks may have the best ELBO
    )
