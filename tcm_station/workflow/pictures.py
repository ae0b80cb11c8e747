"""Pictures and files that a use case leaves behind: overlays, masks, traces."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tcm_station.domain.errors import NotWritten
from tcm_station.domain.examination import Examination, ExamKind

MARGIN = 2.0


def overlay(data: bytes, name: str, examination: Examination) -> NDArray[Any]:
    """The upright picture with what was found drawn on it: uint8 (h, w, 3), RGB."""
    from vision.images import read_image

    picture = read_image(data, name)
    if examination.kind is ExamKind.FACE:
        from vision.face.overlay import draw_overlay as draw_face

        return draw_face(picture.rgb, examination)
    from vision.tongue.overlay import draw_overlay as draw_tongue

    return draw_tongue(picture.rgb, examination)


def close_up(pixels: NDArray[Any], examination: Examination) -> NDArray[Any]:
    """The part of a tongue's picture that a page has room for: the tongue with as much again around it.

    Where the tongue fills the picture, and for a face, the picture is left as it is.
    """
    outline = next((r.points for r in examination.regions if r.name == "tongue.region.outline"), ())
    if examination.kind is not ExamKind.TONGUE or not outline:
        return pixels
    height, width = pixels.shape[:2]
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    half = 0.5 * MARGIN * max(max(xs) - min(xs), max(ys) - min(ys))
    if 2 * half > 0.8 * min(width, height):
        return pixels
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    left, top = max(0, round(x - half)), max(0, round(y - half))
    return pixels[top : round(y + half), left : round(x + half)]


def tongue_mask(examination: Examination) -> NDArray[Any]:
    """The tongue's mask, 0 or 255, the size of the upright picture."""
    from vision.tongue.overlay import mask_from

    return mask_from(examination).astype("uint8") * 255


def png_bytes(pixels: NDArray[Any]) -> bytes:
    """RGB or grey pixels as PNG."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()


def write_png(path: Path, pixels: NDArray[Any]) -> None:
    write_bytes(path, png_bytes(pixels))


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises NotWritten."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise NotWritten("cannot-write", what=path.name, why=fault.strerror or "") from fault
