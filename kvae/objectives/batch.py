"""The reduction over a batch that all losses use."""

from keras import ops


def batch_mean(values):
    """Return the mean over the first axis: (B, …) -> (…), in the dtype of `values`.

    `ops.mean` rounds float64 to float32 on JAX and PyTorch; a sum does not.
    """
    return ops.sum(values, axis=0) / ops.cast(ops.shape(values)[0], values.dtype)
