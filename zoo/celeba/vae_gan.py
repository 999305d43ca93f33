"""VAE/GAN on faces: a discriminator's features measure the error.

Source: "Autoencoding beyond pixels using a learned similarity metric" (Larsen et al. 2016), to which "Learning latent
subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018) owes its nets: 64×64 faces, 128
latent units, RMSprop at 3e-4, batch 64, equilibrium 0.68 with margin 0.35, γ = 1e-6. No figure is given for it there.

Silent in the source, chosen here: a quarter of the published channels; nineteen attributes go to all three nets; the
run begins with the weights of celeba/vae. For 24 epochs of 9,000 faces γ is 0.01, so that the decoder learns likeness
early, and its part of the game has the form that does not saturate (as in algorithm 1: --set model.gamma=1e-6
--set model.saturating=true).
Expected (begun from celeba/vae, seed 0, the 1,000 validation faces): mse 0.0183, diversity of samples 0.93 of real faces';
generation by celeba/attribute_classifier Wearing_Hat .55, Eyeglasses .81, Smiling .37, Male .86, Heavy_Makeup .21, in
reconstructions .53, .72, .95, .88, .81. Reconstructions are sharp; samples are faces as if painted, some of them odd, and
Smiling and Heavy_Makeup are seen in them less often than in faces at large. By epochs=12: .11, .44, .17, .96, .01.
Cost: an hour on one CPU core with TensorFlow, 140 to 200 seconds an epoch, and 8 minutes for celeba/vae.
Command: kvae train celeba/vae, then kvae train celeba/vae_gan --warm-start runs/celeba/vae
Its attributes: kvae evaluate runs/celeba/vae_gan --metric attributes --judge celeba/attribute_classifier
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.celeba.attribute_classifier import data as data


def model(
    dataset,
    latent: Count = 128,
    width: Positive = 0.25,
    gamma: NonNegative = 0.01,
    level: Positive = 0.68,
    margin: Positive = 0.35,
    saturating: bool = False,
):
    count, networks = len(dataset.label_names), kvae.networks
    return kvae.models.VAEGAN(
        networks.larsen_encoder(dataset.shape, 2 * latent, round(64 * width), label_units=count, name="encoder"),
        networks.larsen_decoder(
            latent + count,
            dataset.shape,
            round(64 * width),
            label_rates=dataset.train.y.mean(axis=0).tolist(),
            name="decoder",
        ),
        networks.larsen_discriminator(dataset.shape, round(64 * width), label_units=count, name="discriminator"),
        labels=kvae.distributions.BinaryLabels(count),
        gamma=gamma,
        level=level,
        margin=margin,
        saturating=saturating,
    )


def training(epochs: Count = 24, batch_size: Count = 64, learning_rate: Positive = 3e-4):
    import keras

    return Training(epochs, batch_size, keras.optimizers.RMSprop(learning_rate), images_every=5)


def search():
    return Search(
        vary={
            "model.gamma": Between(1e-6, 1.0, log=True),
            "model.level": Between(0.5, 1.0),
            "model.margin": Between(0.1, 0.5),
            "model.latent": Between(32, 256, log=True),
            "model.width": Between(0.125, 0.5, log=True),
            "learning_rate": Between(0.0001, 0.001, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001),
            Objective("diversity", "max", unit=0.1),
        ),
        monitor=None,  # its losses are those of a game
    )
