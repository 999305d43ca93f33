"""Keras callbacks for every model: schedules, averages, monitors, files of a run, progress, stopping."""

from kvae.callbacks.anneal import Anneal
from kvae.callbacks.averaging import AverageCopies, AverageWeights
from kvae.callbacks.images import SaveImages
from kvae.callbacks.interrupt import StopOnInterrupt
from kvae.callbacks.keep_best import KeepBest
from kvae.callbacks.kernel_distance import KernelDistance
from kvae.callbacks.latent_monitor import LatentMonitor, PosteriorCollapse
from kvae.callbacks.learning_rate import DecayLearningRate
from kvae.callbacks.measure import Measure
from kvae.callbacks.median_stopping import MedianStopping
from kvae.callbacks.non_finite import NonFiniteLoss, StopOnNonFinite
from kvae.callbacks.order import InOrder
from kvae.callbacks.progress import Progress
from kvae.callbacks.run_writer import RunWriter
from kvae.callbacks.tensorboard import TensorBoard
from kvae.callbacks.translations import SaveTranslations

__all__ = [
    "Anneal",
    "AverageCopies",
    "AverageWeights",
    "DecayLearningRate",
    "InOrder",
    "KeepBest",
    "KernelDistance",
    "LatentMonitor",
    "Measure",
    "MedianStopping",
    "NonFiniteLoss",
    "PosteriorCollapse",
    "Progress",
    "RunWriter",
    "SaveImages",
    "SaveTranslations",
    "StopOnInterrupt",
    "StopOnNonFinite",
    "TensorBoard",
]
