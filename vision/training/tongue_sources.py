"""Marked and empty pictures for training, read once into memory at the size the network can use.

A data folder holds one folder a source, each with `images/` and, where tongues were marked, `masks/` of the
same stem and size. `splits.csv` (source, stem, fold, group) says which pictures may be learned from.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

LONGEST_SIDE_PX = {"tonguexpert": 288, "biohit": 448, "negatives": 400}
DEFAULT_LONGEST_SIDE_PX = 512
MIN_MOUTH_PX = 6.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: rgb (h, w, 3); mask (h, w) 0..255 or None; mouth corners (2, 2) in px or None."""

    source: str
    stem: str
    rgb: Image
    mask: Image | None
    mouth: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Sources:
    """What one training run learns from: tongues with masks, and pictures that show none."""

    marked: tuple[Picture, ...]
    empty: tuple[Picture, ...]


def tongue_folder(data: Path) -> Path:
    """The folder of sources: `data/tongue` where that exists, else `data` itself."""
    return data / "tongue" if (data / "tongue").is_dir() else data


def read_folds(root: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """(source, stem) → (fold, group); empty without a `splits.csv`."""
    path = root / "splits.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["source"], row["stem"]): (int(row["fold"]), row["group"]) for row in csv.DictReader(file)
        }


def _shrink(image: Image, longest_px: int) -> Image:
    scale = longest_px / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _read(path: Path, longest_px: int) -> Image | None:
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        return None
    return _shrink(np.ascontiguousarray(found[:, :, ::-1]).astype(np.uint8), longest_px)


class MouthFinder:
    """Mouth corners by a YuNet face detector; finds nothing when no model is given."""

    def __init__(self, model: Path | None) -> None:
        self._detector = None if model is None else cv2.FaceDetectorYN.create(str(model), "", (320, 320), 0.7)

    def __call__(self, rgb: Image) -> NDArray[np.float32] | None:
        if self._detector is None:
            return None
        self._detector.setInputSize((rgb.shape[1], rgb.shape[0]))
        _, faces = self._detector.detect(np.ascontiguousarray(rgb[:, :, ::-1]))
        if faces is None or len(faces) == 0:
            return None
        largest = max(faces, key=lambda face: float(face[2] * face[3]))
        corners = np.asarray(largest[10:14], dtype=np.float32).reshape(2, 2)
        return corners if float(np.hypot(*(corners[0] - corners[1]))) >= MIN_MOUTH_PX else None


def _images(folder: Path) -> Iterator[Path]:
    yield from sorted(p for p in folder.glob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))


def load_sources(
    data: Path,
    *,
    folds: frozenset[int],
    leave_out: frozenset[str] = frozenset(),
    faces: Path | None = None,
    face_model: Path | None = None,
) -> Sources:
    """Read all pictures of the wanted folds; pictures without a fold are taken.

    leave_out: sources never touched. faces: a folder of further pictures without a tongue.
    A picture of a marked source that has no mask itself is left out: it is unmarked, not empty.
    """
    root = tongue_folder(data)
    known = read_folds(root)
    mouth = MouthFinder(face_model)
    marked: list[Picture] = []
    empty: list[Picture] = []
    for folder in sorted(p for p in root.iterdir() if (p / "images").is_dir() and p.name not in leave_out):
        source, has_masks = folder.name, (folder / "masks").is_dir()
        longest = LONGEST_SIDE_PX.get(source, DEFAULT_LONGEST_SIDE_PX)
        for path in _images(folder / "images"):
            if known and known.get((source, path.stem), (-1, ""))[0] not in folds:
                continue
            rgb = _read(path, longest)
            if rgb is None:
                continue
            if not has_masks:
                empty.append(Picture(source, path.stem, rgb, None, mouth(rgb)))
                continue
            drawn = cv2.imread(str(folder / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
            if drawn is None or not drawn.any():
                continue
            mask = _shrink(drawn.astype(np.uint8), longest)
            if mask.shape == rgb.shape[:2]:
                marked.append(Picture(source, path.stem, rgb, mask, None))
    if faces is not None and faces.is_dir():
        for path in sorted(p for p in faces.rglob("*.jpg")):
            rgb = _read(path, 400)
            if rgb is not None:
                empty.append(Picture("faces", path.stem, rgb, None, mouth(rgb)))
    return Sources(tuple(marked), tuple(empty))
