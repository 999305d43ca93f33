"""Adversarial information factorization on faces: y alone decides the attributes.

Source: "Adversarial Information Factorization" (Creswell et al. 2017), which "Learning latent subspaces in variational
autoencoders" (a project report after Klys, Snell and Zemel 2018, section 3.2.2) could not train: every sample was the same
mean face. Nets, RMSprop and batch 64 are those of the authors' code, for one attribute at a time.

Silent in the source, chosen here: nineteen attributes at once, a quarter of the published channels, the weights, learning
rates of 1e-3 (discriminator 1e-4), warmed up and lowered, and batch norm in encoder and decoder, which the authors' net has
not (`model.normalized=false`) and with which it trains faster. The authors average the cross-entropy over pixels: in nats,
summed over them, all their other weights are thousands of times larger. Of their six weights, that of the attribute
classifier's own loss moves nobody else, and is left out. Samples, too, are asked for their labels (`model.label_samples`),
the encoder does not learn to see labels in what is drawn (`model.fixed_classifier`), and, as in celeba/cond_vae, labels are
standardised beside z and faces with a hat seen more often: without these, make-up was shown less often than faces show it.
Expected (seed 0, 1,000 validation faces, the judge of celeba/attribute_classifier that knows smooth pictures; base rate in
brackets): samples .93 as far apart as real faces; generation Wearing_Hat .45 (.04), Eyeglasses .88 (.07), Smiling .85 (.47),
Male .95 (.44), Heavy_Makeup .61 (.39); together .75 (.28); transfer .02, .25, .72, .14, .14. Half of the samples are faces,
half have loud colours under a checkerboard. ELBO -6756 nats, MSE .0153.
The weights are the better of two choices by these faces; with --set model.beta_label=20 --set model.beta_realism=20 .81,
.89, .60, .94, .57 and louder colours. With --set model.upsampling=nearest there is no checkerboard, and colours are garish.
Cost: 10 epochs of 120 to 205 s on one CPU core with other work beside it, TensorFlow.
Command: kvae train celeba/ifcvae_gan
Its attributes: kvae evaluate celeba/ifcvae_gan --metric attributes --metric diversity --judge celeba/attribute_classifier
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Objective, Positive, Search, Training
from kvae.zoo.celeba.cond_vae import data as data


def model(
    dataset,
    latent: Count = 128,
    width: Positive = 0.25,
    normalized: bool = True,
    upsampling: Literal["deconv", "nearest", "bilinear"] = "deconv",
    beta_distortion: NonNegative = 1.0,
    beta_rate: NonNegative = 3.0,
    beta_label: NonNegative = 10.0,
    beta_information: NonNegative = 50.0,
    beta_realism: NonNegative = 40.0,
    information: Literal["base_rate", "cross_entropy"] = "base_rate",
    label_samples: bool = True,
    fixed_classifier: bool = True,
):
    count, networks = len(dataset.label_names), kvae.networks
    rates = dataset.train.y.mean(axis=0).tolist()
    width, normalization = round(64 * width), "batch" if normalized else "none"
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
            name="decoder",
        ),
        adversary=networks.mlp(latent, count, (1000, 1000), name="adversary"),
        discriminator=networks.creswell_discriminator(dataset.shape, width, name="discriminator"),
        labels=kvae.distributions.BinaryLabels(count),
        likelihood="bernoulli",
        beta_distortion=beta_distortion,
        beta_rate=beta_rate,
        beta_label=beta_label,
        beta_information=beta_information,
        beta_realism=beta_realism,
        base_rate=rates if information == "base_rate" else None,
        label_samples=label_samples,
        fixed_classifier=fixed_classifier,
    )


def training(
    epochs: Count = 10,
    batch_size: Count = 64,
    learning_rate: Positive = 1e-3,
    discriminator_learning_rate: Positive = 1e-4,
):
    from keras.optimizers import RMSprop

    players = {player: RMSprop(learning_rate) for player in ("loss", "label", "adversary")}
    optimizers = {**players, "discriminator": RMSprop(discriminator_learning_rate)}
    cycle = kvae.training.schedules.OneCycle(epochs)
    return Training(epochs, batch_size, optimizers, learning_rate_schedule=cycle, images_every=5)


def search():
    return Search(
        vary={
            "model.beta_distortion": Between(0.1, 2.0, log=True),
            "model.beta_rate": Between(0.2, 5.0, log=True),
            "model.beta_label": Between(2.0, 200.0, log=True),
            "model.beta_information": Between(5.0, 500.0, log=True),
            "model.beta_realism": Between(2.0, 200.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.width": Between(0.125, 0.5, log=True),
            "learning_rate": Between(0.0002, 0.003, log=True),
        },
        objectives=(
            Objective("mse", "min", unit=0.001),
            Objective("diversity", "max", unit=0.1),
        ),
        monitor=None,  # what its terms are weighed against is what the search varies
    )
