"""Images of translations during training."""

import numpy as np
import pytest
from PIL import Image

from kvae.callbacks import SaveTranslations
from kvae.plots.grids import grid_of_pairs
from tests.contracts.models import MODELS, data_for, settle, to_translate


@pytest.mark.parametrize("name", ["Pix2Pix", "CycleGAN", "StyleTransferVAE"])
def test_save_translations_draws_images_of_all_data_above_their_translations(name, tmp_path):
    model = settle(MODELS[name]())
    x, *domains = to_translate(model, data_for(model, 63))[:2]
    callback = SaveTranslations(tmp_path, x, *domains, every=2)
    callback.set_model(model)
    callback.set_params({"epochs": 3})
    for epoch in range(3):
        callback.on_epoch_end(epoch)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"epoch-000{n}-translations.png" for n in (2, 3)]
    shown = [array[::2] for array in (x, *domains)]
    with Image.open(tmp_path / "epoch-0003-translations.png") as drawn:
        np.testing.assert_array_equal(np.asarray(drawn), np.asarray(grid_of_pairs(shown[0], model.translate(*shown))))
