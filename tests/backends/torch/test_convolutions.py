"""Convolutions give the same results and gradients if torch.fx records them."""

import numpy as np
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from kvae.backends import conv, conv_transpose


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("form", [conv, conv_transpose])
def test_trace_of_a_convolution_and_its_gradients_computes_the_same(form, padding, rng):
    def outcome(x, kernel):
        y = form(x, kernel, (2, 2), padding)
        return y, *torch.autograd.grad((y**2).sum(), (x, kernel))

    x, y = (torch.tensor(rng.standard_normal((2, 7, 6, 3)), requires_grad=True) for _ in range(2))
    kernel = torch.tensor(rng.standard_normal((5, 5, 3, 3)), requires_grad=True)
    trace = make_fx(outcome)(x, kernel)
    for found, expected in zip(trace(y, kernel), outcome(y, kernel), strict=True):
        np.testing.assert_array_equal(found.detach(), expected.detach())
