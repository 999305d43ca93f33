"""Optional parts of a `MultiEncoder`: a separator of encoders, a critic of periods, and copies of the decoder."""

import dataclasses

import keras
from keras import ops

from kvae.callbacks import AverageCopies
from kvae.objectives import batch_mean, known_class_loss


@dataclasses.dataclass(frozen=True)
class Separator:
    """A network s that predicts from z which encoder it comes from, and rewards the encoders for being distinguishable.

        separator ← separation = −E log s(y|z)          encoder y ← … + β · separation

    The idea is that of MAD-GAN's discriminator (Ghosh et al. 2018).
    """

    net: keras.Model
    beta: keras.Variable
    reports = ("separator",)

    def loss(self, labels, domain: int, z, training: bool):
        """Return −E log s(domain|z) of latent codes (B, *latent) of one domain, in nats."""
        y = ops.full((ops.shape(z)[0],), domain, "int32")
        return -batch_mean(labels.log_prob(y, self.net(z, training=training)))


@dataclasses.dataclass(frozen=True)
class PeriodCritic:
    """A network c that predicts the period of an example, where it is known, and rewards reconstructions of their period.

    critic ← −E log c(period|x)          decoder ← … + β · period,   period = −E log c(period|x̂)
    """

    net: keras.Model
    beta: keras.Variable
    reports = ("critic", "period")

    def losses(self, x, x_hat, period, training: bool):
        """Return −E log c(period|x) and −E log c(period|x̂), from one batch of both, in nats."""
        both = ops.concatenate([x, ops.cast(x_hat, x.dtype)])
        real, generated = ops.split(self.net(both, training=training), 2)
        return known_class_loss(period, real), known_class_loss(period, generated)


class DecoderCopies:
    """Copies of a decoder, one for each domain, which differ during an epoch and are averaged at its end.

    The first domain trains the decoder itself. `nets` holds the copies of the others by domain.
    """

    def __init__(self, decoder: keras.Model, domains):
        self.decoder = decoder
        self.nets = {domain: _copy(decoder) for domain in domains[1:]}

    def decoding(self, domain: str) -> tuple[str, keras.Model]:
        """Return the player that decodes in the turns of `domain`, and its network."""
        return (f"decoder/{domain}", self.nets[domain]) if domain in self.nets else ("decoder", self.decoder)

    def callback(self) -> keras.callbacks.Callback:
        """Return the callback that averages decoder and copies."""
        return AverageCopies(self.decoder, list(self.nets.values()))


def _copy(net):
    copy = keras.models.clone_model(net)
    copy.set_weights(net.get_weights())
    return copy
