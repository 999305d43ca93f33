"""Standard errors and confidence intervals of means over examples."""

import numpy as np

RESAMPLES = 1000
"""Number of bootstrap resamples."""


def mean_and_error(name: str, values: np.ndarray) -> dict[str, float]:
    """Return {name: mean of `values` (N,), name_se: its standard error}. The error is NaN if N = 1."""
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return {name: float(values.mean()), f"{name}_se": float(error)}


def mean_and_interval(name: str, values: np.ndarray) -> dict[str, float]:
    """Return {name: mean of `values` (N,), name.low, name.high: its 95 % confidence interval}.

    The interval is a percentile bootstrap over the values. It is absent if N = 1.
    """
    from scipy.stats import bootstrap

    mean = float(values.mean())
    if len(values) < 2:
        return {name: mean}
    interval = bootstrap(
        (values.astype(float),), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return {name: mean, f"{name}.low": float(interval.low), f"{name}.high": float(interval.high)}
