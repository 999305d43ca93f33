"""Translation of cards of format 1 into the present format."""

from kvae.presets.upgrade import FORMAT, upgrade_card

OLD = {
    "recipe": "celeba/vae_gan",
    "init_from": "runs/celeba/vae",
    "figures_on": "celeba/test",
    "figures": {"mse": 0.1, "separation.likeliest": 0.5, "timeline.claude-monet.mean": 3.0},
    "evaluation": "kvae evaluate MODEL --split test --metric attributes --judge CLASSIFIER --backend jax",
    "command": "kvae train celeba/vae_gan --set 'data.path=my --judge' --init-from runs/celeba/vae --seed 0",
    "format": 1,
}


def test_upgrade_card_of_format_1_renames_keys_values_and_options():
    card = upgrade_card(OLD)
    assert card == {
        "recipe": "celeba/vae_gan",
        "warm_start": "runs/celeba/vae",
        "metrics_data": "celeba/test",
        "metrics": {"mse": 0.1, "separation.lda_accuracy": 0.5, "timeline.claude-monet.mean_baseline": 3.0},
        "evaluation": "kvae evaluate MODEL --split test --metric attributes --classifier CLASSIFIER --backend jax",
        "command": "kvae train celeba/vae_gan --set 'data.path=my --judge' --warm-start runs/celeba/vae --seed 0",
        "format": FORMAT,
    }
    assert list(card)[:4] == ["recipe", "warm_start", "metrics_data", "metrics"]


def test_upgrade_card_of_present_format_changes_nothing():
    card = upgrade_card(OLD)
    assert upgrade_card(card) == card


def test_upgrade_card_of_present_format_renames_values_of_samples():
    card = {"format": FORMAT, "metrics": {"accuracy.generation.Male": 0.8, "diversity": 0.9, "mse": 0.1}}
    assert upgrade_card(card)["metrics"] == {"accuracy.generation.Male.prior": 0.8, "diversity.prior": 0.9, "mse": 0.1}


def test_upgrade_card_without_metrics_or_commands_changes_only_the_format():
    assert upgrade_card({"format": 1, "summary": "x", "figures": None}) == {
        "format": FORMAT,
        "summary": "x",
        "metrics": None,
    }
