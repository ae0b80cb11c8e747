"""Pictures and files that a use case leaves behind: overlays, masks, traces."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from tcm_station.domain.errors import NotWritten
from tcm_station.domain.examination import Examination, ExamKind


def overlay(data: bytes, name: str, examination: Examination) -> NDArray[Any]:
    """The upright picture with what was found drawn on it: uint8 (h, w, 3), RGB."""
    from vision.images import read_image

    picture = read_image(data, name)
    if examination.kind is ExamKind.FACE:
        from vision.face.overlay import draw_overlay as draw_face

        return draw_face(picture.rgb, examination)
    from vision.tongue.overlay import draw_overlay as draw_tongue

    return draw_tongue(picture.rgb, examination)


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
