"""One encoder for each painter, one decoder for all.

Source: "Experimentation with the latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava): nets and loss
of paintings/vae, two painters, batches of one painter at a time in a ratio of 2:5 for 20 and 430 paintings, dropout of up to
0.8 on the decoder's first layers. Later 100 · L1 + KL for the encoders and 1000 · L1 for the decoder, and the wish to
average the decoder's weights after each epoch and to separate the painters' codes.

Silent in the source, chosen here: what paintings/vae chooses; six painters, whose turns follow from their counts; what is
averaged: the weights with those at the start of the epoch (average), or a decoder of each painter with the others'
(model.copies); 40 epochs, which see as many paintings as 57 of paintings/vae. The decoder normalises within a picture: batch
norm's running statistics suit no painter's batches (model.normalization=batch: L1 0.083).
Expected (seed 0, the 374 test paintings, 64×64): L1 0.0740 per pixel (paintings/vae with this decoder 0.0662), rate 247;
through another painter's encoder 0.0932, which is that of encoders of few paintings; which encoder made a code is told from
the code .95 of the time; the painter told by the likeliest cluster of all encoders' codes together .68 (largest class .37);
the year within 9.7 years (12.1 for the mean alone). With 20 paintings of Boudin against 430 of Monet: L1 0.041 on the 20,
0.116 on those held out; paintings/vae with this decoder 0.052 and 0.078, and 0.040 and 0.078 where it sees the 20 as often.
Cost: 28 minutes on one CPU core with TensorFlow, 42 seconds an epoch.
Command: kvae train paintings/multi_encoder
The source's two painters: kvae train paintings/multi_encoder --set data.artists=eugene-boudin,claude-monet
    --set data.paintings=20,430 --set model.turns=2,5 --set epochs=64
Split objectives: --set model.encoder_l1=100, and the loss that corrupted the source's pictures:
    --set model.decoder_loss=cross_entropy. Separated codes: --set model.separation=100
256×256, in 5 GiB: --set data.size=256 --set batch_size=20
Averaged decoder: --set average=true, or --set model.copies=true
"""

from typing import Literal

import kvae
from kvae.zoo import Between, Count, NonNegative, Positive, Search, Training
from kvae.zoo.paintings.vae import ERROR_AND_RATE, decoder, encoder, l1_weight
from kvae.zoo.paintings.vae import data as data

TURNS = 10
"""In a round, of all painters together, where they follow from the counts: more would take long to compile."""


def by_count(dataset) -> list[int]:
    """Turns of each painter in proportion to the paintings that train, one at least."""
    counts = [int((dataset.train.y == number).sum()) for number in range(len(dataset.label_names))]
    return [max(1, round(TURNS * count / sum(counts))) for count in counts]


def shared(dataset, latent, width, dropout, normalization, turns, encoder_l1, decoder_l1) -> dict:
    """Nets, turns and weights of a MultiEncoder, whose 1000 · L1 stand beside a KL averaged over latent units."""
    return {
        "encoders": {
            artist: encoder(dataset, 2 * latent, width, f"encoder_{number}")
            for number, artist in enumerate(dataset.label_names)
        },
        "decoder": decoder(dataset, latent, width, dropout, normalization),
        "turns": dict(zip(dataset.label_names, turns or by_count(dataset), strict=True)),
        "likelihood": "laplace",
        "beta_encoder": l1_weight(dataset, latent, encoder_l1),
        "beta_decoder": l1_weight(dataset, latent, decoder_l1),
    }


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    normalization: Literal["batch", "group"] = "group",
    turns: tuple[Count, ...] = (),
    encoder_l1: Positive = 1000.0,
    decoder_l1: Positive = 1000.0,
    separation: NonNegative = 0.0,
    copies: bool = False,
    decoder_loss: Literal["l1", "cross_entropy"] = "l1",
):
    artists = len(dataset.label_names)
    return kvae.models.MultiEncoder(
        **shared(dataset, latent, width, dropout, normalization, turns, encoder_l1, decoder_l1),
        separator=kvae.networks.mlp(latent, artists, (128,), name="separator") if separation else None,
        beta_separation=separation,
        copies=copies,
        decoder_loss="distortion" if decoder_loss == "l1" else decoder_loss,
    )


def training(
    epochs: Count = 40,
    batch_size: Count = 50,
    repeats: Count = 1,
    learning_rate: Positive = 1e-3,
    average: bool = False,
):
    import keras

    from kvae.callbacks import AverageWeights

    return Training(
        epochs,
        batch_size,
        keras.optimizers.Adam(learning_rate),
        learning_rate_schedule=kvae.training.schedules.OneCycle(epochs),
        repeats=repeats,
        callbacks=[AverageWeights("decoder")] if average else (),
        images_every=10,
    )


def search():
    return Search(
        vary={
            "model.encoder_l1": Between(100.0, 5000.0, log=True),
            "model.decoder_l1": Between(100.0, 5000.0, log=True),
            "model.separation": Between(0.1, 100.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "model.dropout": Between(0.0, 0.5),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=ERROR_AND_RATE,
        monitor=None,
    )
