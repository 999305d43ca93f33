"""Optional parts of a `MultiEncoder`: a separator of domains, a critic of periods, and copies of the decoder."""

import dataclasses

import keras
from keras import ops

from kvae.callbacks import AverageCopies
from kvae.models.base.factors import copied
from kvae.objectives import batch_mean, known_class_loss


@dataclasses.dataclass(frozen=True)
class Separator:
    """A network s(y|z) that predicts the domain y of a latent code z, with the loss

        separation = −E log s(y|z)

    The separator minimises it. The encoder of each domain minimises β · separation in addition to its other terms, so
    that the separator can distinguish the latent codes of different encoders. The idea is that of MAD-GAN's
    discriminator (Ghosh et al. 2018).
    """

    net: keras.Model
    beta: keras.Variable
    reports = ("separator",)

    def loss(self, labels, domain: int, z, training: bool):
        """Return the separation of latent codes (B, *latent) of the domain number `domain`, in nats."""
        y = ops.full((ops.shape(z)[0],), domain, "int32")
        return -batch_mean(labels.log_prob(y, self.net(z, training=training)))


@dataclasses.dataclass(frozen=True)
class PeriodCritic:
    """A network c(t|x) that predicts the period t of an example x, with the losses

        critic = −E log c(t|x)          period = −E log c(t|x̂)

    as means over the examples whose period is known. The critic minimises the first. The decoder minimises β · period
    in addition to its other terms, so that the critic recognises the period in the reconstructions x̂.
    """

    net: keras.Model
    beta: keras.Variable
    reports = ("critic", "period")

    def losses(self, x, x_hat, period, training: bool):
        """Return `critic` and `period`, in nats. The network processes x and x̂ as one batch."""
        both = ops.concatenate([x, ops.cast(x_hat, x.dtype)])
        real, generated = ops.split(self.net(both, training=training), 2)
        return known_class_loss(period, real), known_class_loss(period, generated)


class DecoderCopies:
    """Copies of a decoder, one for each domain but the first, which trains the decoder itself.

    Decoder and copies differ during an epoch and are set to their mean at its end. `nets` is {domain: copy}.
    """

    def __init__(self, decoder: keras.Model, domains):
        self.decoder = decoder
        self.nets = {domain: copied(decoder) for domain in domains[1:]}

    def decoder_of(self, domain: str) -> tuple[str, keras.Model]:
        """Return the decoder of the turns of `domain`: the name of its player, and the network."""
        return (f"decoder/{domain}", self.nets[domain]) if domain in self.nets else ("decoder", self.decoder)

    def callback(self) -> keras.callbacks.Callback:
        """Return the callback that averages decoder and copies."""
        return AverageCopies(self.decoder, list(self.nets.values()))
