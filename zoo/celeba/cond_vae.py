"""The conditional VAE on faces: nineteen attributes go to encoder and decoder.

Source: "Learning latent subspaces in variational autoencoders" (a project report after Klys, Snell and Zemel 2018), section
3.2.1, with the nets of VAE/GAN (Larsen et al. 2016). Its accuracy of a classifier on samples with an attribute:
Wearing_Hat .256, Eyeglasses .364, Smiling .877, Male .754, Heavy_Makeup .625.

Silent in the source, chosen here: a quarter of the published channels; y goes to the dense layers of the encoder and stands
beside z in the decoder, standardised, so that rare attributes are heard; β = 4, without which z tells the attributes and the
decoder listens to y less; the 436 training faces with a hat seen ten times an epoch, without which (`data.share=0`)
.01 of the faces that ought to have a hat have one; Adam at 1e-3, warmed up and lowered, batch 64.
Expected (seed 0, 1,000 validation faces, the judge of celeba/attribute_classifier that knows smooth pictures): generation
Wearing_Hat .316, Eyeglasses .494, Smiling .950, Male .814, Heavy_Makeup .863; transfer .044, .192, .770, .118, .225. ELBO
-6619 nats, MSE .0123.
Cost: 24 epochs of 55 to 100 s on one CPU core with other work beside it, TensorFlow.
Command: kvae train celeba/cond_vae
From the base VAE: kvae train celeba/vae, then kvae train celeba/cond_vae --warm-start runs/celeba/vae
Its attributes: kvae evaluate runs/celeba/cond_vae --metric attributes --judge celeba/attribute_classifier
"""

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search, Training
from kvae.zoo.celeba.attribute_classifier import ATTRIBUTES


def data(
    size: Count = 64,
    attributes: tuple[str, ...] = ATTRIBUTES,
    repeated: tuple[str, ...] = ("Wearing_Hat",),
    share: NonNegative = 0.5,
    skip_damaged: bool = False,
):
    faces = kvae.data.load("celeba", size=size, attributes=attributes, skip_damaged=skip_damaged)
    chosen = [name for name in repeated if name in attributes or name not in ATTRIBUTES]  # others were left out
    return faces.repeating(chosen, share)


def model(dataset, latent: Count = 128, width: Positive = 0.25, beta: NonNegative = 4.0):
    count = len(dataset.label_names)
    return kvae.models.CondVAE(
        kvae.networks.larsen_encoder(dataset.shape, 2 * latent, round(64 * width), label_units=count, name="encoder"),
        kvae.networks.larsen_decoder(
            latent + count,
            dataset.shape,
            round(64 * width),
            label_rates=dataset.train.y.mean(axis=0).tolist(),
            name="decoder",
        ),
        kvae.distributions.BinaryLabels(count),
        likelihood="bernoulli",
        beta=beta,
    )


def training(epochs: Count = 24, batch_size: Count = 64, learning_rate: Positive = 1e-3):
    import keras

    optimizer, cycle = keras.optimizers.Adam(learning_rate), kvae.training.schedules.OneCycle(epochs)
    return Training(epochs, batch_size, optimizer, learning_rate_schedule=cycle, images_every=5)


def search():
    return Search(
        vary={
            "model.beta": Between(0.5, 16.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "learning_rate": Between(0.0002, 0.003, log=True),
        }
    )
