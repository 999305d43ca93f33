"""Values of schedules."""

import pytest

from kvae.training.schedules import (
    Constant,
    Cosine,
    Cyclical,
    Exponential,
    Linear,
    OneCycle,
    Sigmoid,
    Stages,
    constant_then_falling,
)


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        (Constant(2.0), {0: 2.0, 7.5: 2.0}),
        (Linear(0.0, 1.0, length=10, delay=5), {0: 0.0, 5: 0.0, 10: 0.5, 15: 1.0, 100: 1.0}),
        (Linear(1.0, 0.0, length=4), {0: 1.0, 1: 0.75, 4: 0.0, 9: 0.0}),
        (Linear(0.0, 1.0, length=0, delay=3), {2.9: 0.0, 3: 1.0}),
        (constant_then_falling(200), {0: 1.0, 100: 1.0, 150: 0.5, 200: 0.0}),
        (
            Sigmoid(0.0, 2.0, middle=5, width=0.5),
            {5: 1.0, 1e6: 2.0, -1e6: 0.0, 5.5: 2 / (1 + 2.718281828459045**-1)},
        ),
        (OneCycle(10, start=0.2, end=0.0, warm=0.4), {0: 0.2, 2: 0.6, 4: 1.0, 7: 0.5, 10: 0.0, 11: 0.0}),
        (Cosine(1.0, 0.0, length=10), {0: 1.0, 5: 0.5, 10: 0.0, 20: 0.0, 10 / 3: 0.75}),
        (Cyclical(0.0, 1.0, period=10, ramp=0.5), {0: 0.0, 2.5: 0.5, 5: 1.0, 9.9: 1.0, 10: 0.0, 12.5: 0.5}),
        (Exponential(1.0, 0.5), {0: 1.0, 1: 0.5, 3: 0.125}),
        (Stages({0: 1.0, 3: 0.1, 5: 0.01}), {0: 1.0, 2.99: 1.0, 3: 0.1, 4: 0.1, 5: 0.01, 50: 0.01}),
    ],
    ids=lambda v: type(v).__name__ if not isinstance(v, dict) else "",
)
def test_schedule_returns_known_values(schedule, values):
    for epoch, value in values.items():
        assert schedule(epoch) == pytest.approx(value, abs=1e-12)


def test_stages_without_epoch_0_raise():
    with pytest.raises(ValueError, match="epoch 0"):
        Stages({1: 1.0})


def test_linear_with_a_delay_is_constant_and_then_falls_to_zero():
    """The learning rate of CycleGAN and pix2pix, with two epochs at the full rate and two in which it falls."""
    falling = Linear(1.0, 0.0, length=2, delay=2)
    assert [falling(epoch) for epoch in range(5)] == [1, 1, 1, 0.5, 0]
