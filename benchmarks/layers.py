"""Time of single convolutions, forward and backward: the layers of kvae, those of Keras, and the backend's own functions.

    python -m benchmarks.layers
    python -m benchmarks.layers --backend torch --turns 5

The three contenders run alternately in one process, on one thread and on as many as the backend uses by default. A time is
the minimum over the turns, because other programs on the machine only add to it. A ratio is a quotient of two such times.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time

from benchmarks.contenders import BACKENDS

BATCH = 64
LAYERS = (
    ("DCGAN", "conv", 4, 2, 64, 3, 32),
    ("DCGAN", "conv", 4, 2, 32, 32, 64),
    ("DCGAN", "conv", 4, 2, 16, 64, 128),
    ("DCGAN", "conv", 4, 2, 8, 128, 256),
    ("DCGAN", "transposed", 4, 2, 4, 256, 128),
    ("DCGAN", "transposed", 4, 2, 8, 128, 64),
    ("DCGAN", "transposed", 4, 2, 16, 64, 32),
    ("DCGAN", "transposed", 4, 2, 32, 32, 3),
    ("residual", "conv", 3, 1, 32, 32, 32),
    ("residual", "conv", 3, 1, 16, 64, 64),
    ("residual", "conv", 3, 1, 8, 128, 128),
    ("residual", "conv", 3, 1, 4, 256, 256),
    ("residual", "doubling", 3, 1, 4, 256, 128),
    ("residual", "doubling", 3, 1, 8, 128, 64),
    ("residual", "doubling", 3, 1, 16, 64, 32),
    ("residual", "doubling", 3, 1, 32, 32, 32),
    ("residual", "conv", 3, 1, 64, 32, 3),
    ("VAE/GAN", "conv", 5, 2, 32, 32, 64),
    ("VAE/GAN", "transposed", 5, 2, 16, 64, 32),
    ("VAE/GAN", "conv", 5, 1, 64, 16, 3),
)
"""Layers: (network, kind, side of the kernel, stride, side of the map, channels, filters)."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC"), "1")
"""Environment variables that set the number of threads of PyTorch, TensorFlow and JAX."""


def forms(kind, kernel, stride, filters):
    """Return {contender: a function of a map and a kernel} of one layer."""
    import keras

    from kvae import backends, networks

    options = {"strides": stride, "padding": "same", "data_format": "channels_last"}
    if kind == "transposed":
        return {
            "kvae": lambda x, w: backends.conv_transpose(x, w, (stride, stride), "same"),
            "Keras": lambda x, w: keras.ops.conv_transpose(x, w, **options),
            "backend": lambda x, w: own_convolution(x, w, stride, transposed=True),
        }
    if kind == "doubling":
        double = keras.layers.UpSampling2D(2, data_format="channels_last")
        return {
            "kvae": networks.DoublingConv2D(filters, kernel, **options).convolution_op,
            "Keras": lambda x, w: keras.ops.conv(double(x), w, **options),
            "backend": lambda x, w: own_convolution(double(x), w, stride),
        }
    return {
        "kvae": networks.Conv2D(filters, kernel, **options).convolution_op,
        "Keras": lambda x, w: keras.ops.conv(x, w, **options),
        "backend": lambda x, w: own_convolution(x, w, stride),
    }


def own_convolution(x, w, stride, transposed=False):
    """Return a convolution of the layout of Keras by the backend's own function, as a user would write it.

    PyTorch pads both sides of the map alike. For 5×5 kernels of stride 2 the result is therefore shifted by one pixel.
    """
    import keras

    if keras.backend.backend() == "torch":
        from torch.nn import functional as F

        x, w, padding = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), (w.shape[0] - 1) // 2
        if transposed:
            extra = stride + 2 * padding - w.shape[2]
            return F.conv_transpose2d(x, w, None, stride, padding, extra).permute(0, 2, 3, 1)
        return F.conv2d(x, w, None, stride, padding).permute(0, 2, 3, 1)
    if keras.backend.backend() == "jax":
        from jax import lax

        names = ("NHWC", "HWIO", "NHWC")
        if transposed:
            return lax.conv_transpose(x, w, (stride, stride), "SAME", dimension_numbers=names, transpose_kernel=True)
        return lax.conv_general_dilated(x, w, (stride, stride), "SAME", dimension_numbers=names)
    import tensorflow as tf

    if transposed:
        batch, height, width, _ = x.shape
        return tf.nn.conv2d_transpose(x, w, (batch, height * stride, width * stride, w.shape[2]), stride, "SAME")
    return tf.nn.conv2d(x, w, stride, "SAME")


def step(form, x, w, slope):
    """Return a function without arguments that computes `form` of `x` and `w`, and its gradients for a given `slope`."""
    import keras

    if keras.backend.backend() == "torch":
        import torch

        x, w, slope = (torch.tensor(array, requires_grad=array is not slope) for array in (x, w, slope))
        return lambda: torch.autograd.grad(form(x, w), (x, w), slope)
    if keras.backend.backend() == "jax":
        import jax

        x, w, slope = jax.tree.map(jax.numpy.array, (x, w, slope))

        @jax.jit
        def run(x, w, slope):
            y, pullback = jax.vjp(form, x, w)
            return y, pullback(slope)

        return lambda: jax.block_until_ready(run(x, w, slope))
    import tensorflow as tf

    x, w, slope = map(tf.constant, (x, w, slope))

    @tf.function
    def run(x, w, slope):
        with tf.GradientTape() as tape:
            tape.watch((x, w))
            y = form(x, w)
        return y, *tape.gradient(y, (x, w), slope)

    return lambda: [result.numpy() for result in run(x, w, slope)[-1:]]


def measure(turns: int) -> None:
    """Print a line of JSON for each layer, with the milliseconds of each contender on the present backend."""
    import numpy as np

    rng = np.random.default_rng(0)
    for network, kind, kernel, stride, side, channels, filters in LAYERS:
        end = {"conv": side // stride, "transposed": side * stride, "doubling": side * 2}[kind]
        ends = (filters, channels) if kind == "transposed" else (channels, filters)
        shapes = (BATCH, side, side, channels), (kernel, kernel, *ends), (BATCH, end, end, filters)
        arrays = [rng.standard_normal(shape).astype("float32") for shape in shapes]
        steps = {name: step(form, *arrays) for name, form in forms(kind, kernel, stride, filters).items()}
        times = {name: [] for name in steps}
        for _ in range(turns + 1):  # the first turn traces and compiles
            for name, run in steps.items():
                began = time.perf_counter()
                run()
                times[name].append(1e3 * (time.perf_counter() - began))
        layer = f"{network}, {kind} {kernel}×{kernel}, {side}², {channels} to {filters}"
        print(json.dumps({"layer": layer, **{name: min(each[1:]) for name, each in times.items()}}), flush=True)


def main() -> None:
    """Measure each backend in a process of its own, and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--backend", choices=BACKENDS, help="Backend to measure. Without it, all installed ones.")
    parser.add_argument("--turns", type=int, default=7, help="Number of measurements of each contender.")
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.in_this_process:
        measure(chosen.turns)
        return
    for backend in [chosen.backend] if chosen.backend else filter(importlib.util.find_spec, BACKENDS):
        for threads, variables in (("one thread", ONE_THREAD), ("default threads", {})):
            print(f"\n{backend}, {threads}: ms forward and backward, and the time relative to kvae's")
            print_table(chosen.turns, {**os.environ, **variables, "KERAS_BACKEND": backend})


def print_table(turns: int, environment: dict[str, str]) -> None:
    """Measure in a process with these environment variables, and print a line for each layer."""
    command = [sys.executable, "-m", "benchmarks.layers", "--in-this-process", "--turns", str(turns)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        for row in map(json.loads, process.stdout):
            times = {name: row[name] for name in ("kvae", "Keras", "backend")}
            cells = (f"{name} {ms:7.1f} ({ms / times['kvae']:.2f})" for name, ms in times.items())
            print(f"{row['layer']:42}" + "  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
