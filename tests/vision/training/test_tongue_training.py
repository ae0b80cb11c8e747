"""Training runs from one call, resumes, and ships what the desk can read. Needs the extra `train`."""

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve drawn tongues of one source and six pictures without; no splits."""
    import cv2

    root = tmp_path_factory.mktemp("tongues")
    rng = np.random.default_rng(5)
    for folder in ("drawn/images", "drawn/masks", "empty/images"):
        (root / folder).mkdir(parents=True)
    for k in range(12):
        rgb = np.full((160, 200, 3), rng.integers(90, 200, 3), np.uint8)
        mask = np.zeros((160, 200), np.uint8)
        where = (int(rng.integers(70, 130)), int(rng.integers(60, 100)))
        cv2.ellipse(mask, where, (30, 45), 0, 0, 360, 255, -1)
        rgb[mask > 0] = (200, 100, 110)
        cv2.imwrite(str(root / f"drawn/images/d_{k}.jpg"), rgb[:, :, ::-1])
        cv2.imwrite(str(root / f"drawn/masks/d_{k}.png"), mask)
    for k in range(6):
        cv2.imwrite(
            str(root / f"empty/images/e_{k}.jpg"), rng.integers(0, 255, (120, 120, 3), dtype=np.uint8)
        )
    return root


def test_the_same_seed_draws_the_same_samples(tiny_data: Path) -> None:
    from vision.training.tongue_compose import Composer
    from vision.training.tongue_sources import load_sources

    composer = Composer(load_sources(tiny_data, folds=frozenset({1})), 96)
    for k in range(12):
        first, second = (composer(np.random.default_rng([9, k])) for _ in range(2))
        assert np.array_equal(first.rgb, second.rgb)
        assert np.array_equal(first.mask, second.mask)
        assert first.rgb.shape == (96, 96, 3)
        assert first.mask.shape == (96, 96)


def test_samples_show_tongues_and_none_in_turn(tiny_data: Path) -> None:
    from vision.training.tongue_compose import Composer
    from vision.training.tongue_sources import load_sources

    composer = Composer(load_sources(tiny_data, folds=frozenset({1})), 96)
    samples = [composer(np.random.default_rng([1, k])) for k in range(80)]
    empty = [s for s in samples if s.present == 0]
    assert 10 < len(empty) < 50
    assert all(s.mask.sum() < 15 * 255 for s in empty)


def test_training_needs_both_tongues_and_pictures_without(tiny_data: Path) -> None:
    from vision.training.tongue_compose import Composer
    from vision.training.tongue_sources import Sources, load_sources

    whole = load_sources(tiny_data, folds=frozenset({1}))
    for half in (Sources(whole.marked, ()), Sources((), whole.empty)):
        with pytest.raises(ValueError, match="needs"):
            Composer(half, 96)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_run_that_was_stopped_goes_on_and_ships_one_readable_file(
    tiny_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import onnxruntime
    import torch

    from vision.training.tongue_segmentation import CHECKPOINT_NAME, main

    main(tiny_data, tmp_path, steps=2, seed=1)
    model = main(tiny_data, tmp_path, steps=4, seed=1, resume=True)
    saved = torch.load(tmp_path / CHECKPOINT_NAME, weights_only=True)
    assert saved["step"] == 4
    assert model.stat().st_size < 8_000_000
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    answers = session.run(None, {"rgb": np.zeros((2, 3, 192, 192), np.float32)})
    assert [answer.shape for answer in answers] == [(2, 1, 192, 192), (2,)]
    assert all(((answer >= 0) & (answer <= 1)).all() for answer in answers)
    assert '"marked": 12' in capfd.readouterr().err
