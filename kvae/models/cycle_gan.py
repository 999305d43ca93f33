"""Translation between two unpaired sets of images: CycleGAN (Zhu, Park, Isola and Efros 2017)."""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from kvae.backends import gates_are_global
from kvae.backends.arrays import as_array
from kvae.capabilities import DOMAINS, LABELS, TRANSLATION, TWO_WAY
from kvae.distributions.checks import check_images
from kvae.distributions.labels import ClassLabels
from kvae.errors import UserError
from kvae.networks import ImagePool
from kvae.objectives import absolute_error
from kvae.objectives import adversary as get_adversary
from kvae.training import Phase, RoundsModel, reports
from kvae.training.rounds import check_round, turn_of


@keras.saving.register_keras_serializable("kvae")
class CycleGAN(RoundsModel):
    """CycleGAN: two generators that translate between two domains, and a discriminator of each domain.

    G_d translates images of the other domain into the domain d. For images a and b of the two domains, both generators
    minimise

        generators = Σ_d generated(D_d(G_d)) + λ_c · (|a − G_a(G_b(a))| + |b − G_b(G_a(b))|)
                     + λ_i · (|a − G_a(a)| + |b − G_b(b)|)

    with mean absolute errors, and the discriminators Σ_d ½ (real(D_d) + fake(D_d)), with the costs of
    `kvae.objectives.ADVERSARIES` (Zhu et al. 2017, eq. 3 and section 5.2). The discriminators learn from images in a pool
    of earlier translations (`kvae.networks.ImagePool`). All four networks train simultaneously, from one forward pass:
    in the authors' code the generators train first, on the discriminators before their step, which is the same.

    The source's images lie in [−1, 1], where errors are twice as large. Its λ_c of 10 is 20 here, and its λ_i of 5 is 10.

    `fit` takes `kvae.training.Rounds`. Every other method takes x and y, the domain of each image.

    Args:
        generators: {domain: network x -> images of the domain}, in the order of the classes of y.
        discriminators: {domain: network x -> scores (B, h, w, 1)}.
        beta_cycle: λ_c; a variable, which a callback may anneal.
        beta_identity: λ_i; a variable. With 0 the term is not computed.
        adversary: "least_squares" as in the source, "cross_entropy" or "hinge".
        pool_size: number of images in the pool of each domain, 50 in the source. With 0 there are no pools.
        seed: seed of the draws from the pools. None draws a seed, which `keras.utils.set_random_seed` fixes.

    Example:
        >>> from kvae.networks import patch_discriminator, residual_generator
        >>> shape = (16, 16, 3)
        >>> generators = {domain: residual_generator(shape, width=2, blocks=1) for domain in ("photograph", "painting")}
        >>> model = CycleGAN(generators, {domain: patch_discriminator(shape, width=2) for domain in generators})
        >>> model.translate(np.zeros((2, *shape)), 0).shape
        (2, 16, 16, 3)
    """

    batch_spec = ("x", "y")
    capabilities = frozenset({TRANSLATION, TWO_WAY, DOMAINS, LABELS})

    def __init__(
        self,
        generators,
        discriminators,
        beta_cycle=20.0,
        beta_identity=10.0,
        adversary="least_squares",
        pool_size=50,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generators = dict(generators)
        self.discriminators = {domain: discriminators[domain] for domain in generators if domain in discriminators}
        self.labels = ClassLabels(2)
        self.adversary = adversary
        self._adversary = get_adversary(adversary)
        self._check_networks()
        self.beta_cycle = self.add_scalar("beta_cycle", beta_cycle)
        self.beta_identity = self.add_scalar("beta_identity", beta_identity)
        self._with_identity = beta_identity > 0
        self.pool_size = pool_size
        self.pools = {domain: ImagePool(pool_size, self.data_shape) for domain in self.domains} if pool_size else {}
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    # ------------------------------------------------------------------ factors

    def translation(self, x, y, training: bool = False):
        """Return images x (B, …) of domains y, each translated into the other domain. Both generators run."""
        first, second = (self.generators[domain](x, training=training) for domain in self.domains)
        return self._chosen(y, second, first)

    def back_translation(self, x, y, training: bool = False):
        """Return images x (B, …) of domains y, translated into the other domain and back."""
        return self.translation(self.translation(x, y, training), 1 - y, training)

    def call(self, x, training=False):
        """Return the translations of [x, y]."""
        images, domains = x
        return self.translation(images, domains, training)

    def _chosen(self, y, of_first, of_second):
        """Return the rows of one of two tensors (B, …), depending on the domain y of each example."""
        return ops.where(ops.reshape(y, (-1, *(1 for _ in self.data_shape))) == 0, of_first, of_second)

    # ------------------------------------------------------------------ shapes

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the domains, in the order of the classes of y."""
        return tuple(self.generators)

    @property
    def turns(self) -> dict[str, int]:
        """Number of turns of each domain in a round: 1."""
        return dict.fromkeys(self.domains, 1)

    @property
    def data_shape(self):
        return tuple(next(iter(self.generators.values())).input_shape[1:])

    def described(self):
        return {"domains": self.domains}

    def _check_networks(self) -> None:
        if len(self.generators) != 2 or set(self.discriminators) != set(self.generators):
            raise UserError(
                "Expected generators of two domains, and a discriminator of each. "
                f"Received: generators={sorted(self.generators)}, discriminators={sorted(self.discriminators)}."
            )
        shapes = {tuple(shape[1:]) for net in self.generators.values() for shape in (net.input_shape, net.output_shape)}
        shapes |= {tuple(net.input_shape[1:]) for net in self.discriminators.values()}
        if len(shapes) > 1:
            raise UserError(f"Expected networks of images of one shape. Received: shapes={sorted(shapes)}.")

    # ------------------------------------------------------------------ losses

    @reports("cycle")
    def loss_terms(self, data, training):
        """Return the error of back-translations, for examples of any domains. Validation reports it."""
        x, y = data
        return {"cycle": absolute_error(x, self.back_translation(x, y, training))}

    def round_terms(self, images, training):
        """Return the terms of a round, for {domain: images (B, …)}."""
        first, second = self.domains
        fakes = {
            domain: self.generators[domain](images[other], training=training)
            for domain, other in ((first, second), (second, first))
        }
        back = {
            domain: self.generators[domain](fakes[other], training=training)
            for domain, other in ((first, second), (second, first))
        }
        scores = {domain: self.discriminators[domain](fakes[domain], training=training) for domain in self.domains}
        adversarial = sum(map(self._adversary.generator_loss, scores.values()))
        cycle = sum(absolute_error(images[domain], back[domain]) for domain in self.domains)
        terms = {
            "generators": adversarial + self.beta_cycle * cycle,
            "discriminators": sum(self._discriminator_loss(name, images, fakes, training) for name in self.domains),
            "adversarial": adversarial,
            "cycle": cycle / 2,
        }
        if self._with_identity:
            kept = {domain: self.generators[domain](images[domain], training=training) for domain in self.domains}
            identity = sum(absolute_error(images[domain], kept[domain]) for domain in self.domains)
            terms["generators"] = terms["generators"] + self.beta_identity * identity
            terms["identity"] = identity / 2
        return terms

    def _discriminator_loss(self, domain: str, images: Mapping, fakes: Mapping, training: bool):
        """Return the loss of the discriminator of `domain`. In training it learns from the images of the pool."""
        fake = fakes[domain]
        if training and self.pools:
            fake = self.pools[domain].exchange(fake, self.seed_generator)
        real, fake = (self.discriminators[domain](each, training=training) for each in (images[domain], fake))
        return self._adversary.discriminator_loss(real, fake)

    # ------------------------------------------------------------------ phases

    def phases(self):
        names = ("generators", "discriminators", "adversarial", "cycle", *(["identity"] if self._with_identity else []))

        @reports(*names)
        def terms_of_round(images, training):
            return self.round_terms(images, training)

        players = {"generators": [*self.generators.values()], "discriminators": [*self.discriminators.values()]}
        return (Phase(terms_of_round, players, batch=self._images_of_round),)

    def _images_of_round(self, rounds) -> dict:
        """Return {domain: images (B, …)} of a round."""
        return {domain: turn_of(domain, 0)(rounds)[0] for domain in self.domains}

    def compile(self, optimizer="adam", **kwargs):
        if self.pools and not gates_are_global():
            raise UserError(
                "Expected one device on TensorFlow for CycleGAN, because each device would have a pool of its own. "
                "Received: several devices. Use --backend jax."
            )
        super().compile(optimizer, **kwargs)

    # ------------------------------------------------------------------ validation

    def check(self, x, y=None):
        if not isinstance(x, Mapping) or y is not None:
            super().check(x, y)
            check_images(x, "x", self.data_shape, "CycleGAN")
            self.labels.check(y)
            return
        for domain, images in check_round(x, self.domains, self.turns).items():
            check_images(images, domain, self.data_shape, "CycleGAN")
            if self.pools and len(images) > self.pool_size:
                raise UserError(
                    f"Expected batches of at most {self.pool_size} images, as many as a pool holds. "
                    f"Received: {len(images)} of {domain}. Choose a smaller batch_size or a larger pool_size."
                )

    # ------------------------------------------------------------------ NumPy in, NumPy out

    def translate(self, x, y, batch_size: int = 256) -> np.ndarray:
        """Return `x` (N, …) of domains `y`, translated into the other domain. `y` holds N domains, or one for all."""
        return self._mapped("translate", self.translation, x, y, batch_size)

    def translate_back(self, x, y, batch_size: int = 256) -> np.ndarray:
        """Return `x` (N, …) of domains `y`, translated into the other domain and back. `y` is as in `translate`."""
        return self._mapped("translate_back", self.back_translation, x, y, batch_size)

    def _mapped(self, key: str, function, x, y, batch_size: int) -> np.ndarray:
        y = self.labels.spread(y, len(x))
        self.check(as_array(x), y)
        return self.batched(key, function, x, y, batch_size=batch_size)
