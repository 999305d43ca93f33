"""`kvae fit-sampler`"""

import numpy as np
import pytest

from kvae.presets import from_preset, read_card
from kvae.runs import Run


def test_fit_sampler_replaces_the_sampler_of_the_run(kvae, run):
    assert Run(run).load_sampler().kind == "mixture"  # training has fitted it
    result = kvae("fit-sampler", run, "normal", "--seed", 3)
    assert result.code == 0, result.err
    sampler = Run(run).load_sampler()
    assert (sampler.kind, sampler.facts["components"]) == ("normal", 1)
    assert f"held_out_log_prob  {sampler.held_out_log_prob:.5g}" in result.out
    sampled = kvae("sample", run, "--sampler", "normal", "-n", 2, "--out", "x.npz")
    assert sampled.out == "2 samples (sampler: normal): x.npz\n"


def test_fit_sampler_again_gives_the_same_sampler(kvae, run):
    before = Run(run).load_sampler()
    assert kvae("fit-sampler", run).code == 0
    again = Run(run).load_sampler()
    assert again.facts["components"] == before.facts["components"]
    assert again.held_out_log_prob == pytest.approx(before.held_out_log_prob, rel=1e-4)
    np.testing.assert_allclose(again.sample(4, seed=0), before.sample(4, seed=0), atol=1e-3)


def test_fit_sampler_of_an_unknown_kind_is_refused(kvae, trained):
    result = kvae("fit-sampler", trained, "gauss")
    assert result.code == 2
    assert (
        "Expected a kind of sampler: normal, mixture, flow, two_stage, autoregressive. Received: kind=gauss."
        in result.err
    )


def test_fit_sampler_of_a_preset_needs_a_folder(kvae):
    result = kvae("fit-sampler", "digits/vae")
    assert result.code == 1
    assert (
        "a preset, whose files do not change. Give the folder of a new preset with the sampler: --out DIR."
        in result.err
    )


def test_fit_sampler_of_a_preset_writes_another_preset(kvae, tmp_path):
    result = kvae("fit-sampler", "digits/vae", "normal", "--out", "new")
    assert result.code == 0, result.err
    old, new = read_card("digits/vae"), read_card(tmp_path / "new")
    assert new["sampler"]["kind"] == "normal"
    changed = {"sampler", "sha256", "probe", "versions", "backend"}
    assert {name: new[name] for name in old if name not in changed} == {n: old[n] for n in old if n not in changed}
    weights = [from_preset(preset).get_weights() for preset in ("digits/vae", tmp_path / "new")]
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))
    sampled = kvae("sample", "new", "-n", 2, "--out", "x.npz")
    assert sampled.out == "2 samples (sampler: normal): x.npz\n"


def test_fit_sampler_removes_metrics_of_the_former_sampler(run):
    report = Run(run).metrics
    kept = {"frechet.distance.prior": 2.0, "accuracy.transfer.normal": 0.5, "accuracy.generation.normal.prior": 0.5}
    removed = (
        "frechet.distance.mixture",
        "diversity.flow",
        "accuracy.generation.3.normal",
        "accuracy.without.3.normal",
    )
    removed = dict.fromkeys((*removed, "accuracy.generation.3.mixture.low"), 1.0)
    Run(run).save_metrics({**report, "metrics": report["metrics"] | kept | removed})
    assert Run(run).metrics["metrics"] == report["metrics"] | kept | removed
    Run(run).save_sampler(Run(run).load_sampler(), Run(run).weights)
    assert Run(run).metrics["metrics"] == report["metrics"] | kept
