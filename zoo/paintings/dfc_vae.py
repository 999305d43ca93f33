"""A VAE of paintings whose error is measured in another net's feature maps.

Source: "Deep feature consistent variational autoencoder" (Hou, Shen, Sun and Qiu 2017), whose nets "Experimentation with the
latent space of a variational autoencoder" (Pathak, Agarwal, Shrivastava) takes over. Encoder: convolutions of stride 2 with
32-64-128-256 channels; 100 latent units; decoder: dense to 4×4×256, then nearest-neighbour doublings. Loss: KL and, times
0.5, half the mean squared difference in each of VGG-19's relu1_1, relu2_1 and relu3_1: a β of 2 here. Adam at 5e-4, β1 0.5.

Silent in the sources, chosen here: what paintings/vae chooses; outputs through a sigmoid; 15 epochs. With a classifier's
features, behind its first three ReLU, values are about one where VGG-19's are in the hundreds, and β must be smaller by the
square of that.
Expected (seed 0, the 374 test paintings, 64×64, with the features of a classifier of painter and period, beta=0.0001): L1
0.0783 per pixel, mse 0.0117, rate 166 nats, samples .63 as far apart as paintings. What such a net does not look at is left
to chance: pictures have edges and a weave as of canvas. A classifier of painters alone does as well: L1 0.0785, rate 161
nats. With beta=0.002 17 nats, L1 0.0962, and the weave covers everything.
Cost: 15 epochs of 35 to 95 s on one CPU core with TensorFlow, the longer ones beside other trainings.
Command: kvae train paintings/dfc_vae
VGG-19's weights are downloaded by Keras; from a file: --set model.features=vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5
Without them: kvae train paintings/classifier --set data.periods=true --out runs/paintings/classifier_periods, then
    kvae train paintings/dfc_vae --set model.features=runs/paintings/classifier_periods --set model.beta=0.0001
"""

import kvae
from kvae.errors import UserError
from kvae.zoo import Between, Count, NonNegative, Positive, Search
from kvae.zoo.paintings.vae import ERROR, decoder, encoder
from kvae.zoo.paintings.vae import data as data
from kvae.zoo.paintings.vae import training as as_vae

VGG = "vgg19"


def model(
    dataset,
    latent: Count = 100,
    width: Count = 32,
    dropout: NonNegative = 0.0,
    features: str = VGG,
    beta: NonNegative = 2.0,
):
    return kvae.models.DFCVAE(
        encoder(dataset, 2 * latent, width),
        decoder(dataset, latent, width, dropout, activation="linear"),
        feature_net(features, dataset.shape),
        likelihood="bernoulli",
        beta=beta,
    )


def feature_net(features: str, shape):
    """VGG-19 by its name or by the file of its weights (.h5), or the first maps of a trained classifier, a run or preset."""
    if features == VGG or features.endswith(".h5"):
        weights = "imagenet" if features == VGG else features
        return kvae.networks.vgg19_features(shape, weights=weights, name="features")
    from kvae.presets import open_trained

    classifier = open_trained(features).load_model()
    if not isinstance(classifier, kvae.models.Classifier):
        raise UserError(
            f"Expected {VGG}, a file of its weights, or a run or preset of a classifier. "
            f"Received: features={features}, a {type(classifier).__name__}."
        )
    return kvae.networks.feature_maps(classifier.net, name="features")


def training(epochs: Count = 15, batch_size: Count = 50, learning_rate: Positive = 1e-3):
    return as_vae(epochs, batch_size, learning_rate)


def search():
    return Search(
        vary={
            "model.beta": Between(0.0001, 10.0, log=True),
            "model.latent": Between(32, 256, log=True),
            "learning_rate": Between(0.0001, 0.002, log=True),
        },
        objectives=(ERROR,),
        monitor=None,
    )
