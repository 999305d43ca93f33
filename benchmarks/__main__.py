"""The table of speed: kvae on every backend next to its peers, which do the same work with the same networks.

    python -m benchmarks                       # the whole table, about an hour on two cores
    python -m benchmarks --quick               # a rough table, from a quarter of the work
    python -m benchmarks --only IWAE,DCGAN     # work whose name contains one of these texts
    python -m benchmarks --json

A ratio is the speed of kvae divided by that of the peer: above 1, kvae is faster. Every contender runs in a process of its
own. The contenders of a kind of work are measured in turns (ABC ABC …), so that other load of the machine affects all of
them alike. A ratio is the median of the ratios within a turn, next to the smallest and the largest of them. Weights are
untrained, and pixels are random. The peers are plain PyTorch with Adam and with fused Adam, pythae, and plain Keras.
"""

import argparse
import json
import statistics
import sys

from benchmarks.contenders import BACKENDS, Contender, Worker, installed
from benchmarks.surroundings import described, surroundings
from benchmarks.work import WORK, Work


def main() -> None:
    """Measure the chosen work, and print the table."""
    chosen = _arguments()
    contenders = installed(chosen.backends.split(","))
    about, rows = surroundings(), []
    for name, work in WORK.items():
        if any(text in name for text in chosen.only.split(",")):
            print(f"{name} …", file=sys.stderr, flush=True)
            amount = work.times(chosen.times).quick() if chosen.quick else work.times(chosen.times)
            found = measured(name, amount, contenders, chosen.turns, chosen.together)
            for row in found:  # a run that is stopped has shown what it found
                print(f"  {row['backend']} ÷ {row['peer']}: {row['ratio']:.2f}", file=sys.stderr, flush=True)
            rows += found
    print(json.dumps({"about": about, "rows": rows}, indent=1) if chosen.json else table(about, rows))


def measured(name: str, work: Work, contenders: list[Contender], turns: int, together: bool = False) -> list[dict]:
    """Return a row for each backend of kvae and each peer that does the work.

    The contenders get ready one after another, or all together, which takes less time where there are enough cores.
    """
    contenders = [contender for contender in contenders if contender.library in ("kvae", *work.peers)]
    workers = {}
    for contender in contenders:
        workers[contender] = Worker(contender, name, work)
        if not together:
            workers[contender].wait()
    for worker in workers.values():
        worker.wait()
    runs = {contender: [] for contender in contenders}
    for _ in range(turns):
        for contender, worker in workers.items():
            runs[contender].append(worker.run())
    for worker in workers.values():
        worker.close()
    ours = [contender for contender in contenders if contender.library == "kvae"]
    peers = [contender for contender in contenders if contender.library != "kvae"]
    pairs = [(our, peer) for our in ours for peer in peers if peer.backend in ("", our.backend)]
    return [_row(name, work, our, runs[our], peer, runs[peer]) for our, peer in pairs]


def _row(name: str, work: Work, our: Contender, runs: list[dict], peer: Contender, others: list[dict]) -> dict:
    ratios = [other["seconds"] / run["seconds"] for run, other in zip(runs, others, strict=True)]
    seconds = statistics.median(run["seconds"] for run in runs)
    return {
        "work": name,
        "backend": our.backend,
        "peer": peer.library,
        "ratio": round(statistics.median(ratios), 3),
        "ratio_low": round(min(ratios), 3),
        "ratio_high": round(max(ratios), 3),
        "per_second": round(work.amount / seconds, 1),
        "unit": work.unit,
        "seconds_until_ready": round(statistics.median(run["ready_after"] for run in runs), 2),
        "peak_mb": round(runs[-1]["peak_mb"]),
        "peer_per_second": round(work.amount / statistics.median(run["seconds"] for run in others), 1),
        "peer_peak_mb": round(others[-1]["peak_mb"]),
    }


def table(about: dict, rows: list[dict]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [described(about), ""]
    lines += [
        "| work | backend | peer | ratio | lowest to highest | kvae, per second | unit | ready after, s | peak, MB |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = [row["work"], row["backend"], row["peer"], f"{row['ratio']:.2f}"]
        cells += [f"{row['ratio_low']:.2f} to {row['ratio_high']:.2f}", f"{row['per_second']:,.0f}", row["unit"]]
        lines.append("| " + " | ".join([*cells, f"{row['seconds_until_ready']:.1f}", f"{row['peak_mb']:,}"]) + " |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="measurements of each contender (5)")
    parser.add_argument("--only", default="", metavar="TEXT,…", help="work whose name contains one of the texts")
    parser.add_argument("--backends", default=",".join(BACKENDS), help="backends of kvae, separated by commas")
    parser.add_argument("--quick", action="store_true", help="a quarter of the work, for a rough table")
    parser.add_argument(
        "--times", type=int, default=1, metavar="N", help="N times the training images, for fast devices"
    )
    parser.add_argument(
        "--together", action="store_true", help="prepare all contenders at once, where there are many cores"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


if __name__ == "__main__":
    main()
