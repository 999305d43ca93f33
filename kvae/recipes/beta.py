"""The weight of the rate, converted from losses that are averages instead of sums."""


def beta_of(weight: float, *, values: int = 1, units: int = 1, error_scale: float = 1.0) -> float:
    """Return the β with which a VAE has the same minimum as with the loss of a source, error + `weight` · KL.

    Here the loss is distortion + β · rate, in nats. The distortion is a sum over all values of x, and the rate a sum over
    all latent units. Many sources average one of them or both:

        loss of the source = error_scale / values · distortion + weight / units · rate + constant
        β = weight · values / (units · error_scale)

    An average of both terms over the batch changes nothing. If the source averages only one of them over it, the batch size
    is a factor of `values` or of `units`.

    Args:
        weight: weight of the KL in the source.
        values: number of values over which the source averages its error: 1 for a sum, H · W · C for an average over pixels
            and channels.
        units: number of values over which the source averages its KL: 1 for a sum over the latent units of an example.
        error_scale: the source's error of one value, divided by −log p(x|z) here without its constant. It is 1 for a
            cross-entropy and the likelihood "bernoulli", 1 for an absolute error and "laplace", and 2 for a squared error
            and "normal", whose distortion is ½ (x − x̂)².

    Example:
        A mean squared error over 784 pixels + 1 · KL, which is summed over the latent units:

        >>> beta_of(1, values=784, error_scale=2)
        392.0
    """
    return weight * values / (units * error_scale)
