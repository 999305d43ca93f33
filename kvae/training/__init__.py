"""How models learn: phases and rounds, one optimizer per player, schedules, callbacks, exact checkpoints."""

from kvae.training import callbacks, schedules
from kvae.training.batches import Batches, InOrder
from kvae.training.cluster import Cluster
from kvae.training.model import Model
from kvae.training.optimizers import Optimizers
from kvae.training.phase import Phase, reports
from kvae.training.rounds import Rounds
from kvae.training.warm_start import start_from

__all__ = [
    "Batches",
    "Cluster",
    "InOrder",
    "Model",
    "Optimizers",
    "Phase",
    "Rounds",
    "callbacks",
    "reports",
    "schedules",
    "start_from",
]
