"""What codes say of classes and years, on clusters that are known."""

import json

import numpy as np
import pytest

from kvae import evaluation
from kvae.evaluation.attribution import attribution
from kvae.evaluation.by_class import collapse_by_class, reconstruction_by_class
from kvae.evaluation.collapse import collapse
from kvae.evaluation.cross_encoding import cross_encoding
from kvae.evaluation.requirements import NotApplicable
from kvae.evaluation.separation import separation
from kvae.evaluation.timeline import timeline
from kvae.training.batches import Batches
from tests.contracts.models import MODELS, batch, data_for, settle
from tests.evaluation.examples import NAMES, Copies, Shifts, clusters, confusion, dated, trained

# ------------------------------------------------------------------ separation


def test_clusters_far_apart_are_separate(rng):
    figures = separation(Copies(), clusters(rng, (60, 60, 60), gap=40))
    assert figures["separation.silhouette"] > 0.9
    assert figures["separation.nearest_accuracy"] == figures["separation.lda_accuracy"] == 1
    assert figures["separation.majority_baseline"] == pytest.approx(1 / 3)


def test_one_cluster_is_not_separate(rng):
    figures = separation(Copies(), clusters(rng, (300, 100)))
    assert abs(figures["separation.silhouette"]) < 0.05
    assert figures["separation.nearest_accuracy"] == pytest.approx(0.5, abs=0.1)
    assert figures["separation.lda_accuracy"] == figures["separation.majority_baseline"] == 0.75


def test_two_normals_are_told_apart_as_often_as_they_can_be(rng):
    """N(0, 1) and N(2, 1), equally often: Φ(1) = 0.841."""
    figures = separation(Copies(), clusters(rng, (1500, 1500), gap=2))
    assert figures["separation.nearest_accuracy"] == pytest.approx(0.841, abs=0.02)
    assert figures["separation.lda_accuracy"] == pytest.approx(0.841, abs=0.02)


@pytest.mark.parametrize("rare", [1, 2, 7])
def test_a_class_of_few_examples_counts(rng, rare):
    figures = separation(Copies(), clusters(rng, (40, rare), gap=20))
    assert figures["separation.lda_accuracy"] >= 40 / (40 + rare)
    assert figures["separation.majority_baseline"] == 40 / (40 + rare)


def test_examples_of_unknown_class_take_no_part(rng):
    batches = clusters(rng, (40, 40), gap=20)
    unknown = Batches(np.concatenate([batches.x, 1e3 + batches.x]), labels=np.append(batches.labels, np.full(80, -1)))
    assert separation(Copies(), unknown) == separation(Copies(), batches)
    assert attribution(Copies(), unknown, training=unknown)["attribution.accuracy"] == 1


def test_shuffled_batches_keep_their_labels(rng):
    shuffled = clusters(rng, (50, 50), gap=20, seed=3)
    assert separation(Copies(), shuffled)["separation.nearest_accuracy"] == 1
    assert attribution(Copies(), shuffled, training=shuffled)["attribution.accuracy"] == 1


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (None, "no labels"),
        (np.zeros((30, 2), int), "labels are attributes"),
        (np.zeros(30, int), "two classes"),
        (np.arange(30), "5 examples"),
    ],
)
def test_what_cannot_be_separated_says_why(labels, reason):
    with pytest.raises(NotApplicable, match=reason):
        separation(Copies(), Batches(np.zeros((30, 2), "float32"), labels=labels))


# ------------------------------------------------------------------ attribution


def test_a_painting_goes_to_the_nearest_cluster(rng):
    training = clusters(rng, (100, 100, 100), gap=30)
    held_out = Batches(
        np.array([[1, 0], [29, 0], [31, 0], [2, 0]], "float32"), labels=np.array([0, 1, 1, 2]), names=NAMES
    )
    figures = attribution(Copies(), held_out, training=training)
    assert figures["attribution.accuracy"] == figures["attribution.lda_accuracy"] == 0.75
    assert figures["attribution.accuracy.low"] < 0.75 <= figures["attribution.accuracy.high"]
    assert figures["attribution.balanced"] == pytest.approx(2 / 3)
    assert figures["attribution.confusion.monet"] == [1, 0, 0]
    assert figures["attribution.confusion.manet"] == [0, 2, 0]
    assert figures["attribution.confusion.renoir"] == [1, 0, 0], "rows are what is true"


def test_the_likeliest_cluster_weighs_each_by_its_share(rng):
    """Of one cluster under two names the larger is the likeliest, and the nearest is chance."""
    training, held_out = clusters(rng, (900, 100)), clusters(rng, (180, 20))
    figures = attribution(Copies(), held_out, training=training)
    assert figures["attribution.lda_accuracy"] == figures["attribution.majority_baseline"] == 0.9
    assert figures["attribution.balanced"] == pytest.approx(0.5, abs=0.15)


def test_classes_that_are_only_trained_or_only_held_out(rng):
    training = clusters(rng, (50, 50), gap=30)
    held_out = Batches(np.array([[0, 0], [60, 0]], "float32"), labels=np.array([0, 2]), names=NAMES)
    figures = attribution(Copies(), held_out, training=training)
    assert figures["attribution.accuracy"] == 0.5
    assert figures["attribution.confusion.renoir"] == [0, 1, 0]
    assert figures["attribution.confusion.manet"] == [0, 0, 0]


def test_a_training_class_of_one_painting(rng):
    figures = attribution(Copies(), clusters(rng, (10, 10), gap=30), training=clusters(rng, (80, 1), gap=30))
    assert figures["attribution.accuracy"] == 1


def test_attribution_does_not_peek(rng):
    """Encoders that move x by far more than painters differ: only who looked at the label could still be right."""
    model = Shifts([0.0, 100.0])
    x = rng.standard_normal((90, 2)).astype("float32")
    y = np.arange(90) % 3
    training, held_out = (Batches(part, y[: len(part)], names=NAMES) for part in (x, x[:60]))
    assert attribution(model, held_out, training=training)["attribution.accuracy"] < 0.6
    other = Batches(held_out.x, (held_out.y + 1) % 3, names=NAMES)
    answers = [
        np.array(list(confusion(attribution(model, b, training=training)))).sum(axis=0) for b in (held_out, other)
    ]
    np.testing.assert_array_equal(*answers)


def test_the_pair_of_encoder_and_cluster_that_fits_best(rng):
    """Painters differ in the first unit, encoders in the second: only the right pair fits."""
    model = Shifts([0.0, 5.0])
    training, held_out = clusters(rng, (60, 60, 60), gap=15), clusters(rng, (20, 20, 20), gap=15)
    for batches in (training, held_out):
        batches.y = batches.labels
    figures = attribution(model, held_out, training=training)
    assert figures["attribution.accuracy"] == figures["attribution.joint"] == 1
    assert "attribution.joint" not in attribution(Copies(), held_out, training=training)


def test_attribution_takes_training_examples(rng):
    with pytest.raises(NotApplicable, match="training examples"):
        attribution(Copies(), clusters(rng, (10, 10)))
    with pytest.raises(NotApplicable, match="two classes"):
        attribution(Copies(), clusters(rng, (10, 10)), training=clusters(rng, (10,)))


# ------------------------------------------------------------------ years


def test_a_year_that_the_code_tells(rng):
    """year = 1880 + 3 z_1 + N(0, 1): the best error is E|N(0, 1)| = √(2/π), that of the mean √(2/π · 10)."""
    figures = timeline(Copies(), dated(rng, 2000), training=dated(rng, 2000))
    assert figures["timeline.mae"] == pytest.approx(np.sqrt(2 / np.pi), rel=0.06)
    assert figures["timeline.mae.low"] < figures["timeline.mae"] < figures["timeline.mae.high"]
    assert figures["timeline.mean_baseline"] == pytest.approx(np.sqrt(20 / np.pi), rel=0.06)
    assert figures["timeline.class_mean_baseline"] == pytest.approx(figures["timeline.mean_baseline"], rel=0.01)
    assert figures["timeline.monet.mae"] == pytest.approx(np.sqrt(2 / np.pi), rel=0.1)
    assert 1400 < figures["timeline.n"] < 1600


def test_a_year_that_the_code_does_not_tell(rng):
    figures = timeline(Copies(), dated(rng, 400, slope=0), training=dated(rng, 400, slope=0))
    assert figures["timeline.mae"] == pytest.approx(figures["timeline.mean_baseline"], rel=0.05)


def test_a_year_that_the_painter_tells(rng):
    """Nothing but the painter: who says the mean of the painter's years is as good."""
    y = np.arange(400) % 2
    x = np.stack([y, rng.standard_normal(400)], axis=1).astype("float32")
    batches = Batches(x, labels=y, names=NAMES, columns={"year": 1870 + 10 * y + rng.standard_normal(400)})
    figures = timeline(Copies(), batches, training=batches)
    assert figures["timeline.mean_baseline"] == pytest.approx(5, rel=0.05)
    assert figures["timeline.mae"] == pytest.approx(figures["timeline.class_mean_baseline"], rel=0.05)
    assert figures["timeline.monet.mae"] == pytest.approx(figures["timeline.monet.mean_baseline"], rel=0.05)


def test_years_without_classes(rng):
    held_out, training = dated(rng, 200, labels=False), dated(rng, 200, labels=False)
    expected = {"timeline.mae", "timeline.mae.low", "timeline.mae.high", "timeline.mean_baseline", "timeline.n"}
    assert set(timeline(Copies(), held_out, training=training)) == expected


def test_what_has_no_years(rng):
    with pytest.raises(NotApplicable, match="have no years"):
        timeline(Copies(), clusters(rng, (10, 10)), training=clusters(rng, (10, 10)))
    with pytest.raises(NotApplicable, match="training examples"):
        timeline(Copies(), dated(rng, 20))
    with pytest.raises(NotApplicable, match="one dated held-out example"):
        timeline(Copies(), dated(rng, 20, undated=1.0), training=dated(rng, 20))


# ------------------------------------------------------------------ encoders


@pytest.fixture
def painted(rng):
    y = np.arange(90) % 3
    return Batches(rng.standard_normal((90, 2)).astype("float32"), y, batch_size=40, names=NAMES)


def test_encoders_that_agree_share_the_space(painted):
    figures = cross_encoding(Shifts([0.0, 0.0]), painted)
    assert figures["cross_encoding.relative_shift"] == pytest.approx(0, abs=1e-6)
    assert figures["cross_encoding.encoder_identifiability"] == pytest.approx(
        figures["cross_encoding.chance"], abs=0.05
    )
    assert figures["cross_encoding.error.monet"] == figures["cross_encoding.error.renoir"] == [0, 0, 0]


def test_encoders_that_split_the_space_are_told_apart(painted):
    """|x − x̂| is |e| · (0 + 60) / 2 per dimension through encoder e."""
    figures = cross_encoding(Shifts([0.0, 60.0]), painted)
    assert figures["cross_encoding.encoder_identifiability"] == 1
    assert figures["cross_encoding.relative_shift"] > 10
    for name in NAMES:
        np.testing.assert_allclose(figures[f"cross_encoding.error.{name}"], [0, 30, 60], atol=1e-4)
    assert figures["cross_encoding.own"] == pytest.approx(30, rel=1e-4)
    assert figures["cross_encoding.other"] == pytest.approx(30, rel=1e-4)
    assert figures["cross_encoding.best_is_own"] == pytest.approx(1 / 3)


def test_codes_that_mean_something_else_to_each_encoder(painted, rng):
    """Encoders of which each draws its code anew: in one region, and √(2d) apart as two codes of one encoder are."""

    class Noise(Shifts):
        def encode_each(self, x):
            return rng.standard_normal((len(x), 3, 2)).astype("float32")

    figures = cross_encoding(Noise([0, 0]), painted)
    assert figures["cross_encoding.relative_shift"] == pytest.approx(1, abs=0.1)
    assert figures["cross_encoding.encoder_identifiability"] < 0.5


def test_one_encoder_crosses_nothing(painted):
    with pytest.raises(NotApplicable, match="Copies has one encoder"):
        cross_encoding(Copies(), painted)


# ------------------------------------------------------------------ units


def test_units_are_counted_within_each_class(rng):
    """Unit 0 tells the classes and is constant within each, unit 1 moves in the second class alone."""
    y = np.repeat([0, 1], 50)
    x = np.stack([2.0 * y, y * rng.standard_normal(100)], axis=1).astype("float32")
    figures = collapse_by_class(Copies(), Batches(x, labels=y, batch_size=30, names=NAMES))
    assert figures["active_units.monet"] == 0
    assert figures["active_units.manet"] == 1
    assert figures["kl_per_unit.monet"] == [0, 0]
    assert figures["kl_per_unit.manet"][0] == 2
    assert collapse(Copies(), Batches(x))["active_units"] == 2


def test_errors_are_counted_within_each_class():
    """Each encoder moves x by its number times 3 in one of two dimensions, and nothing moves it back."""
    batches = Batches(np.zeros((9, 2), "float32"), np.arange(9) % 3, batch_size=4, names=NAMES)
    figures = reconstruction_by_class(Shifts([0.0, 3.0]), batches)
    assert figures == {"mae.monet": 0.0, "mae.manet": 1.5, "mae.renoir": 3.0}


def test_a_class_of_one_example_has_no_variance(rng):
    batches = clusters(rng, (10, 1))
    report = evaluation.evaluate(Copies(), batches, ["collapse_by_class"])
    assert report["skipped"] == {"active_units.manet": "one example has no variance"}
    assert set(report["metrics"]) == {"active_units.monet", "kl_per_unit.monet", "kl_per_unit.manet"}


# ------------------------------------------------------------------ real models


def test_metrics_of_modes_are_for_several_encoders_unless_asked_for():
    one, several = (evaluation.applicable(MODELS[name]()) for name in ("VAE", "MultiEncoder"))
    assert not {"separation", "cross_encoding", "collapse_by_class"} & set(one)
    assert {"separation", "cross_encoding", "collapse_by_class"} <= set(several)
    assert not {"attribution", "timeline"} & set(several)


@pytest.mark.parametrize(
    ("name", "skipped"),
    [
        ("MultiEncoder", set()),
        ("VAE", {"cross_encoding"}),
        ("Autoencoder", {"cross_encoding", "collapse_by_class"}),
        ("CondVAE, classes", {"cross_encoding"}),
        ("LayeredVAE, two layers", {"cross_encoding"}),
    ],
)
def test_every_model_with_an_encoder(name, skipped):
    _, _, report = trained(name)
    assert set(report["skipped"]) == skipped
    assert 0 <= report["metrics"]["attribution.accuracy"] <= 1
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_models_of_attributes_and_classifiers_have_none():
    metrics = ("separation", "attribution", "collapse_by_class")
    for name in ("CondVAE", "Classifier, classes, mirrored"):
        model = MODELS[name]()
        batches = Batches(*data_for(model, 20))
        report = evaluation.evaluate(model, batches, metrics, training=batches)
        assert set(report["skipped"]) == set(metrics)


def test_codes_through_each_encoder():
    model = MODELS["MultiEncoder"]()
    settle(model)
    x = batch(7)
    each = model.encode_each(x, batch_size=3)
    assert each.shape == (7, 2, 3)
    for number in range(2):
        np.testing.assert_allclose(each[:, number], model.encode(x, np.full(7, number)), atol=1e-6)
    other = settle(MODELS["CondVAE, classes"]())
    np.testing.assert_allclose(other.encode_each(x)[:, 2], other.encode(x, np.full(7, 2)), atol=1e-6)
