"""Keras callbacks that work with every model: schedules, instruments, progress, stops on NaN and Ctrl-C."""

from kvae.training.callbacks.anneal import Anneal, DecayLearningRate
from kvae.training.callbacks.averaging import AverageCopies, AverageWeights
from kvae.training.callbacks.interrupt import StopOnInterrupt
from kvae.training.callbacks.latent_monitor import LatentMonitor, PosteriorCollapse
from kvae.training.callbacks.non_finite import NonFiniteLoss, StopOnNonFinite
from kvae.training.callbacks.progress import Progress

__all__ = [
    "Anneal",
    "AverageCopies",
    "AverageWeights",
    "DecayLearningRate",
    "LatentMonitor",
    "NonFiniteLoss",
    "PosteriorCollapse",
    "Progress",
    "StopOnInterrupt",
    "StopOnNonFinite",
]
