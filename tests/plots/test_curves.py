"""Curves over epochs."""

import subprocess
import sys

import numpy as np
import pytest

from kvae.plots.curves import draw_curves, save_curves
from kvae.plots.figure import new_figure

HISTORY = {
    "epoch": np.array([1, 2]),
    "loss": np.array([2.0, 1.0]),
    "val_loss": np.array([3.0, 2.0]),
    "posterior_std_min": np.array([0.5, 0.1]),
    "posterior_std_max": np.array([1.0, 1.0]),
}


def test_save_curves_several_runs_writes_a_file(tmp_path):
    save_curves(tmp_path / "curves.png", {"a": HISTORY, "b": HISTORY})
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_draw_curves_lines_are_held_out_and_dots_are_training_data():
    figure = new_figure(8, 3)
    draw_curves(figure, [("a", HISTORY)])
    loss, average, std = figure.axes
    held_out, training = loss.lines[:2]
    np.testing.assert_array_equal(held_out.get_ydata(), HISTORY["val_loss"])
    np.testing.assert_array_equal(training.get_ydata(), HISTORY["loss"])
    assert (held_out.get_linestyle(), training.get_linestyle()) == ("-", ":")
    np.testing.assert_allclose(average.lines[0].get_ydata(), [3.0, 2.5])
    assert std.get_yscale() == "log"


@pytest.mark.parametrize("history", [{}, {"epoch": np.array([1]), "accuracy": np.array([0.5])}])
def test_draw_curves_without_known_columns_draws_an_empty_panel(history):
    figure = new_figure(8, 3)
    draw_curves(figure, [("a", history)])
    assert len(figure.axes) == 1


def test_import_of_plots_does_not_import_keras():
    program = (
        "import sys, kvae.plots.comparison, kvae.plots.domains, kvae.plots.samples; sys.exit('keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
