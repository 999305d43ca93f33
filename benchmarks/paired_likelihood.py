"""Differences in log-likelihood between trained models, with standard errors of the paired differences.

    python benchmarks/paired_likelihood.py runs/binarized_mnist/vae runs/binarized_mnist/vae_flow --backend jax

The first run is the baseline. The models are evaluated on the same test images, so that the difference of two models is
known more precisely than the log-likelihood of either: its standard error is that of the mean over images of
log p_model(x) − log p_baseline(x). `--values FILE.npz` keeps the log-likelihood of each image, and does not compute what
the file already holds.
"""

import argparse
import os
from pathlib import Path

import numpy as np


def log_likelihoods(runs, samples: int, seed: int, values: Path | None) -> dict[str, np.ndarray]:
    """Return the log-likelihood of each test image by run."""
    import kvae
    from kvae.evaluation.batches import examples
    from kvae.evaluation.likelihood import log_evidence

    known = dict(np.load(values)) if values and values.is_file() else {}
    for run in runs:
        if run not in known:
            trained = kvae.open_trained(run)
            batches = trained.batches("test")
            known[run] = log_evidence(trained.model, examples(batches), len(batches.x), samples, seed=seed)
            if values:
                np.savez(values, **known)
    return {run: known[run] for run in runs}


def mean_and_error(values: np.ndarray) -> str:
    return f"{values.mean():8.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.3f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--backend", default="jax")
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--values", type=Path)
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = options.backend
    found = log_likelihoods(options.runs, options.samples, options.seed, options.values)
    baseline, *_ = found.values()
    print("−log p(x), nats     difference of log p(x) to the first, and its standard error")
    for run, log_p in found.items():
        print(
            f"{mean_and_error(-log_p)}   {mean_and_error(log_p - baseline) if log_p is not baseline else '':20}   {run}"
        )
