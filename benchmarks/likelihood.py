"""Speed and memory of log p(x) estimates and of IWAE training: kvae compared with pythae 0.1.2 on the same networks.

    pip install -e ".[benchmark]"
    python benchmarks/likelihood.py                   # all installed backends, two tables

It measures

* decoded samples per second while log p(x) is estimated with 2,000 samples, for a convolutional VAE (64×64×3,
  32-64-128-256 channels, 100 latent units) and a dense one (784-200-200-50, tanh);
* training images per second of the dense network as an IWAE with 5 samples, in batches of 20, as in Burda et al. and
  the recipe mnist/iwae, and of 100. pythae's model is trained in a plain PyTorch loop. kvae's is trained by Keras'
  `fit`, which calls its callbacks after every tenth batch. On PyTorch Keras can only call them after every batch. The
  same arithmetic written by hand in JAX shows the overhead of Keras and kvae;
* the peak memory of a process that estimates log p(x) of the convolutional VAE, with 500 and with 5,000 samples.

Every contender runs in its own process, and the contenders are measured in turns (ABC ABC …), so that other load on
the machine affects all of them alike. A speed is the median over the turns. A ratio is the median of the ratios of two
speeds within a turn. Weights are untrained, and pixels are random.
"""

import argparse
import functools
import itertools
import json
import resource

from turns import contenders, measure_in_turns, print_table, serve_tasks, start_worker

CONV, DENSE = (64, 64, 3), (784,)
EXAMPLES = {"conv": 1, "dense": 30}
SAMPLES = 2000
TRAINING = {"training_20": (20, 900), "training_100": (100, 300)}  # task: (batch size, steps)


@functools.cache
def pixels(n, shape, channels_first=False):
    import numpy as np

    x = np.random.default_rng(0).random((n, *shape), "float32")
    return x.transpose(0, 3, 1, 2).copy() if channels_first else x


# ----- The contenders. Each function `…_tasks` returns {name of a task: function that runs the task once}.


def kvae_tasks():
    import keras

    from kvae.evaluation.likelihood import log_evidence
    from kvae.models import IWAE, VAE
    from kvae.networks import conv_decoder, conv_encoder, mlp

    models = {
        "conv": VAE(conv_encoder(CONV, 200), conv_decoder(100, CONV)),
        "dense": VAE(mlp(784, 100, (200, 200), "tanh"), mlp(50, 784, (200, 200), "tanh")),
    }
    data = {"conv": pixels(EXAMPLES["conv"], CONV), "dense": pixels(EXAMPLES["dense"], DENSE)}

    def training(batch, steps):
        iwae = IWAE(mlp(784, 100, (200, 200), "tanh"), mlp(50, 784, (200, 200), "tanh"), samples=5)
        iwae.compile(keras.optimizers.Adam(1e-3), steps_per_execution=1 if keras.backend.backend() == "torch" else 10)
        return lambda: iwae.fit(pixels(batch * steps, DENSE), batch_size=batch, verbose=0, shuffle=False)

    return {
        "conv": lambda k=SAMPLES: log_evidence(models["conv"], [(data["conv"],)], EXAMPLES["conv"], k),
        "dense": lambda k=SAMPLES: log_evidence(models["dense"], [(data["dense"],)], EXAMPLES["dense"], k),
        **{task: training(*size) for task, size in TRAINING.items()},
    }


def pythae_networks() -> dict:
    """Return the functions that build the convolutional and the dense pair of encoder and decoder, as pythae's classes."""
    import torch
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from torch import nn

    class Encoder(BaseEncoder):
        def __init__(self, features, width, units):
            super().__init__()
            self.features, self.loc, self.log_var = features, nn.Linear(width, units), nn.Linear(width, units)

        def forward(self, x):
            h = self.features(x)
            return ModelOutput(embedding=self.loc(h), log_covariance=self.log_var(h))

    class Decoder(BaseDecoder):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, z):
            return ModelOutput(reconstruction=torch.sigmoid(self.net(z)))

    def conv():
        down, channels = [], (3, 32, 64, 128, 256)
        for i in range(4):
            down += [nn.Conv2d(channels[i], channels[i + 1], 4, 2, 1, bias=i == 0)]
            down += ([nn.BatchNorm2d(channels[i + 1])] if i else []) + [nn.LeakyReLU(0.2)]
        up = [nn.Linear(100, 4096, bias=False), nn.Unflatten(1, (256, 4, 4)), nn.BatchNorm2d(256), nn.ReLU()]
        for i in range(4, 0, -1):
            up += [nn.ConvTranspose2d(channels[i], channels[i - 1], 4, 2, 1, bias=i == 1)]
            up += [nn.BatchNorm2d(channels[i - 1]), nn.ReLU()] if i > 1 else []
        return Encoder(nn.Sequential(*down, nn.Flatten()), 4096, 100), Decoder(nn.Sequential(*up))

    def dense():
        layers = [nn.Linear(784, 200), nn.Tanh(), nn.Linear(200, 200), nn.Tanh()]
        up = [nn.Linear(50, 200), nn.Tanh(), nn.Linear(200, 200), nn.Tanh(), nn.Linear(200, 784)]
        return Encoder(nn.Sequential(*layers), 200, 50), Decoder(nn.Sequential(*up))

    return {"conv": conv, "dense": dense}


def pythae_tasks():
    import torch
    from pythae.models import IWAE, VAE, IWAEConfig, VAEConfig

    networks = pythae_networks()

    def vae(nets, shape, units):
        config = VAEConfig(input_dim=shape, latent_dim=units, reconstruction_loss="bce")
        return VAE(config, encoder=nets[0], decoder=nets[1]).eval()

    models = {"conv": vae(networks["conv"](), (3, 64, 64), 100), "dense": vae(networks["dense"](), (784,), 50)}
    data = {
        "conv": torch.from_numpy(pixels(EXAMPLES["conv"], CONV, channels_first=True)),
        "dense": torch.from_numpy(pixels(EXAMPLES["dense"], DENSE)),
    }

    def nll(task):
        with torch.no_grad():
            # pythae's default batch size; larger ones are slower
            models[task].get_nll(data[task], n_samples=SAMPLES, batch_size=100)

    def training(batch, steps):
        config = IWAEConfig(input_dim=(784,), latent_dim=50, number_samples=5, reconstruction_loss="bce")
        encoder, decoder = networks["dense"]()
        iwae = IWAE(config, encoder=encoder, decoder=decoder)
        optimizer = torch.optim.Adam(iwae.parameters(), 1e-3)

        def train():
            for x in torch.from_numpy(pixels(batch * steps, DENSE)).split(batch):
                optimizer.zero_grad()
                iwae({"data": x}).loss.backward()
                optimizer.step()

        return train

    return {
        "conv": lambda: nll("conv"),
        "dense": lambda: nll("dense"),
        **{task: training(*size) for task, size in TRAINING.items()},
    }


def plain_jax_tasks():
    import jax
    import jax.numpy as jnp
    import numpy as np

    def layer(key, inputs, outputs):
        return jax.random.normal(key, (inputs, outputs)) / np.sqrt(inputs), jnp.zeros(outputs)

    def net(layers, h):
        for weights, bias in layers[:-1]:
            h = jnp.tanh(h @ weights + bias)
        return h @ layers[-1][0] + layers[-1][1]

    def loss(nets, x, key):
        mean, log_std = jnp.split(net(nets[0], x), 2, axis=-1)
        noise = jax.random.normal(key, (5, *mean.shape))
        z = mean + jnp.exp(log_std) * noise
        logits = net(nets[1], z.reshape(-1, 50)).reshape(5, *x.shape)
        softplus = jnp.maximum(logits, 0) + jnp.log1p(jnp.exp(-jnp.abs(logits)))
        log_weights = jnp.sum(x * logits - softplus, -1) + jnp.sum((noise**2 - z**2) / 2 + log_std, -1)
        return -jnp.mean(jax.nn.logsumexp(log_weights, 0) - np.log(5))

    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, x):
        nets, first, second, t, key = state
        key, noise_key = jax.random.split(key)
        value, gradients = jax.value_and_grad(loss)(nets, x, noise_key)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, second, gradients)
        rate, t = 1e-3 * jnp.sqrt(1 - 0.999 ** (t + 1)) / (1 - 0.9 ** (t + 1)), t + 1
        nets = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), nets, first, second)
        return (nets, first, second, t, key), value

    keys, widths = iter(jax.random.split(jax.random.key(0), 6)), ((784, 200, 200, 100), (50, 200, 200, 784))
    nets = [[layer(next(keys), a, b) for a, b in itertools.pairwise(of_net)] for of_net in widths]
    zeros = jax.tree.map(jnp.zeros_like, nets)

    def train(batch, steps):
        state = jax.tree.map(jnp.copy, (nets, zeros, zeros, jnp.zeros(()), jax.random.key(1)))
        for x in np.split(pixels(batch * steps, DENSE), steps):
            state, value = step(state, x)
        value.block_until_ready()

    return {task: functools.partial(train, *size) for task, size in TRAINING.items()}


PLAIN = "jax by hand"


def memory(name, samples):
    """Return the peak memory, in MB, of a process that estimates log p(x) with `samples` samples."""
    out, _ = start_worker(__file__, name, "--memory", str(samples)).communicate()
    return float(out.split()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=7, help="Number of measurements of each contender.")
    parser.add_argument("--json", action="store_true", help="Print JSON instead of tables.")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        kvae_tasks()["conv"](options.memory)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    if options.worker:
        serve_tasks({"pythae": pythae_tasks, PLAIN: plain_jax_tasks}.get(options.worker, kvae_tasks)())
        return
    amounts = {task: n * SAMPLES for task, n in EXAMPLES.items()}
    amounts |= {task: batch * steps for task, (batch, steps) in TRAINING.items()}
    rows = measure_in_turns(__file__, amounts, options.turns, (*contenders(), PLAIN))
    peaks = {name: {k: memory(name, k) for k in (500, 5000)} for name in contenders() if name != "pythae"}
    if options.json:
        print(json.dumps({"speed": rows, "memory_mb": peaks}))
        return
    titles = {"conv": "decoded/s, conv", "dense": "decoded/s, dense"}
    print_table(rows, titles | {task: f"IWAE images/s, by {batch}" for task, (batch, _) in TRAINING.items()})
    print(f"\n{'peak, MB':12}{'500 samples':>14}{'5,000 samples':>16}{'ratio':>8}")
    for name, peak in peaks.items():
        print(f"{name:12}{peak[500]:14,.0f}{peak[5000]:16,.0f}{peak[5000] / peak[500]:8.2f}")


if __name__ == "__main__":
    main()
