"""Lines about finished and failed trials."""

import json

from kvae.tuning.report import TrialReport


def _finish(folder, name, score):
    (folder / f"trial_{name}").mkdir(parents=True)
    score = {"elbo": -score, "score": score, "parameters": {}, "epochs": 2, "stopped": name == "1", "seconds": 3.2}
    (folder / f"trial_{name}" / "score.json").write_text(json.dumps(score))


def test_trial_report_names_score_and_best(tmp_path):
    lines = []
    report = TrialReport(tmp_path, 2, lines.append)
    for name, score in (("0", 90.0), ("1", 95.5)):
        _finish(tmp_path, name, score)
        report(name)
    first, last = lines
    assert first.startswith("trial 1/2  score 90  elbo -90  3 s  best 90")
    assert last == "trial 2/2  score 95.5  elbo -95.5  3 s  stopped early  best 90"


def test_trial_report_estimates_the_time_left(tmp_path):
    lines = []
    report = TrialReport(tmp_path, 3, lines.append)
    report.began -= 10  # seconds
    _finish(tmp_path, "0", 90.0)
    report("0")
    assert lines[0].endswith("[20 s left]")


def test_trial_report_failed_trial_gives_the_reason(tmp_path):
    lines = []
    (tmp_path / "trial_0").mkdir()
    (tmp_path / "trial_0" / "failed.json").write_text(json.dumps({"reason": "Expected finite losses."}))
    TrialReport(tmp_path, 2, lines.append)("0")
    assert lines == ["trial 0 failed: Expected finite losses."]
