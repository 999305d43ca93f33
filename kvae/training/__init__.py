"""Training: phases and rounds, one optimizer per player, schedules, batches, and checkpoints for exact resuming."""

from kvae.training import schedules
from kvae.training.balance import Balance
from kvae.training.batches import Batches
from kvae.training.best_epoch import BestEpoch
from kvae.training.cluster import Cluster
from kvae.training.freezing import freeze
from kvae.training.model import Model
from kvae.training.optimizers import Optimizers
from kvae.training.phase import Phase, reports, started
from kvae.training.precision import networks_in
from kvae.training.rounds import Rounds, RoundsModel
from kvae.training.warm_start import warm_start

__all__ = [
    "Balance",
    "Batches",
    "BestEpoch",
    "Cluster",
    "Model",
    "Optimizers",
    "Phase",
    "Rounds",
    "RoundsModel",
    "freeze",
    "networks_in",
    "reports",
    "schedules",
    "started",
    "warm_start",
]
