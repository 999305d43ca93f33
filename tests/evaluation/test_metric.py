"""The registry of metrics. A metric that one file declares is known to evaluation and to the options."""

import subprocess
import sys
import textwrap

import pytest

from kvae import capabilities
from kvae.capabilities import DECODER, DENSITY, DOMAINS
from kvae.evaluation import METRICS, NotApplicable, evaluate, metric, options, reporting
from kvae.evaluation.metric import Seed
from kvae.evaluation.requirements import REASONS
from kvae.training import Batches
from tests.contracts.models import MODELS, batch
from tests.evaluation.known_models import Copies

NEW_METRIC = """
from typing import Annotated

from kvae.evaluation.metric import metric


@metric("largest", quick=True, reports=("largest", "largest.*"))
def largest(model, batches, *, power: Annotated[float, "Exponent."] = 1.0):
    return {"largest": float(batches.x.max()) ** power, "largest.first": float(batches.x[0].max())}
"""


@pytest.fixture
def largest():
    """Register a metric for one test."""

    @metric("largest", quick=True, reports=("largest", "largest.*"))
    def largest(model, batches, *, power: float = 1.0, seed: Seed = 0):
        """Return the largest value."""
        return {"largest": float(batches.x.max()) ** power, "largest.first": float(batches.x[0].max())}

    yield largest
    del METRICS["largest"]


def test_metric_new_declaration_is_evaluated_and_offers_its_options(largest):
    model, batches = MODELS["VAE"](), Batches(0.5 * batch(6))
    report = evaluate(model, batches, ["largest"], power=2.0)
    assert report["metrics"] == {"largest": batches.x.max() ** 2, "largest.first": batches.x[0].max()}
    assert evaluate(model, batches, quick=True)["metrics"]["largest"] == batches.x.max()
    assert reporting("largest.first") is largest is METRICS["largest"]
    assert options()["power"].metrics == ("largest",)
    assert options()["power"].default == 1.0
    assert "largest" in options()["seed"].metrics


def test_metric_new_file_in_the_package_is_found(tmp_path):
    """A new module is enough. The test puts it into a second folder of the package, so that the working tree stays clean."""
    (tmp_path / "largest.py").write_text(NEW_METRIC)
    program = f"""
    import importlib.util, sys
    specification = importlib.util.find_spec("kvae.evaluation")
    specification.submodule_search_locations.append({str(tmp_path)!r})
    package = importlib.util.module_from_spec(specification)
    sys.modules["kvae.evaluation"] = package
    specification.loader.exec_module(package)
    assert package.reporting("largest.x").name == "largest"
    assert package.options()["power"].help == "Exponent."
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_metric_taken_name_is_refused():
    with pytest.raises(ValueError, match=r"new name for a metric\. Received: elbo"):
        metric("elbo", reports=("elbo",))(lambda model, batches: {})


def test_metric_undeclared_value_is_refused(rng):
    try:
        declared = metric("undeclared", reports=("declared",))(lambda model, batches: {"other": 1.0})
        with pytest.raises(ValueError, match=r"from undeclared. Received: \['other'\]"):
            declared(Copies(), Batches(rng.random((2, 2))))
    finally:
        METRICS.pop("undeclared", None)


def test_metric_call_checks_requirements():
    with pytest.raises(NotApplicable, match="Copies has no density of x"):
        METRICS["elbo"](Copies(), None)
    with pytest.raises(NotApplicable, match="Copies has one encoder"):
        METRICS["cross_encoding"](Copies(), None)


def test_metric_keeps_documentation_and_name():
    assert METRICS["elbo"].__doc__.startswith("Return `elbo`")
    assert METRICS["nll"].__name__ == "likelihood"
    assert METRICS["nll"].needs >= {DENSITY}
    assert METRICS["cross_encoding"].default_for == {DECODER, DOMAINS}


def test_metrics_order_is_quick_ones_first_then_file():
    quick = [declared.quick for declared in METRICS.values()]
    assert quick == sorted(quick, reverse=True)
    files = [declared.function.__module__ for declared in METRICS.values() if not declared.quick]
    assert files == sorted(files)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("mse", "reconstruction"),
        ("mae.Monet", "reconstruction_by_class"),
        ("active_units", "collapse"),
        ("active_units.Monet", "collapse_by_class"),
        ("bits_per_pixel", "nll"),
        ("leakage.z", "leakage"),
        ("accuracy", "accuracy"),
        ("accuracy.Smiling", "accuracy"),
        ("accuracy.generation.Smiling.prior", "attributes"),
        ("accuracy.generation.Smiling.mixture.low", "attributes"),
        ("diversity.prior", "diversity"),
        ("accuracy.transfer.Smiling.low", "attributes"),
        ("timeline.Monet.mean_baseline", "timeline"),
        ("cross_encoding.error.Monet", "cross_encoding"),
    ],
)
def test_reporting_finds_the_metric_of_a_value(value, name):
    assert reporting(value).name == name


@pytest.mark.parametrize(
    ("value", "sampler"),
    [
        ("diversity.mixture", "mixture"),
        ("diversity_samples.prior", "prior"),
        ("diversity_examples", ""),
        ("frechet.distance.flow", "flow"),
        ("frechet.features", ""),
        ("accuracy.generation.Smiling.mixture", "mixture"),
        ("accuracy.generation.Smiling.mixture.low", "mixture"),
        ("accuracy.generation.normal.base_rate", ""),
        ("accuracy.without.normal.prior", "prior"),
        ("accuracy.transfer.normal", ""),
    ],
)
def test_sampler_in_names_the_sampler_of_a_value(value, sampler):
    assert reporting(value).sampler_in(value) == sampler


@pytest.mark.parametrize("value", ["fid", "elbow", "mse.Monet", ""])
def test_reporting_unknown_value_is_none(value):
    assert reporting(value) is None


def test_options_have_types_defaults_and_help():
    offered = options()
    assert offered["samples"].type is int
    assert offered["samples"].default == 2000
    assert offered["samples"].metrics == ("nll",)
    assert offered["rows"].type == int | None
    assert {"elbo", "leakage", "nll"} <= set(offered["seed"].metrics)
    assert all(option.help for option in offered.values())


def test_options_declared_differently_are_refused():
    @metric("other_samples", reports=("other",))
    def other(model, batches, *, samples: int = 3):
        return {}

    try:
        with pytest.raises(ValueError, match="one declaration of samples"):
            options()
    finally:
        del METRICS["other_samples"]


def test_every_capability_that_a_metric_may_need_has_a_reason_for_its_absence():
    assert set(REASONS) == {value for name, value in vars(capabilities).items() if name.isupper()}
