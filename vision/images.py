"""Read a picture of any usual kind: upright, sRGB, eight bits (and sixteen where it has them), or refuse it.

Limits come before decoding: the header is read, the size is checked, then the pixels are asked for.
OpenCV alone will not do: it ignores colour profiles and fills truncated files with grey.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tcm_station.domain.errors import Refused

if TYPE_CHECKING:
    from PIL import Image

Colour = Literal["srgb", "converted", "assumed", "grey", "undefined"]

MAX_FILE_BYTES = 200_000_000
MAX_PIXELS = 60_000_000
MAX_SIDE_PX = 12_000
MIN_SIDE_PX = 64
MAX_ASPECT = 4.0
# Above this share of see-through pixels the picture is a cut-out, not a photograph.
MAX_TRANSPARENT_SHARE = 0.02
NEUTRAL_GREY = (128, 128, 128)
# Channels that never differ by more are one channel stored three times.
GREY_TOLERANCE = 2
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "HEIF")
PLUGINS = ("Jpeg", "Mpo", "Png", "WebP", "Avif", "Tiff", "Gif", "Bmp")
SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".jpg", ".jpeg", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "HEIF": (".heic", ".heif", ".hif"),
}
SYNTHETIC_KEY = "synthetic"
_EXIF_ORIENTATION, _EXIF_IFD, _EXIF_COLOUR_SPACE, _TIFF_BITS = 0x0112, 0x8769, 0xA001, 258


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as it is to be looked at.

    rgb: (h, w, 3) uint8, upright, sRGB. rgb16: the same with sixteen bits, None where the file has eight.
    colour: "srgb" the file says so; "converted" from the file's own profile; "assumed" nothing was said;
    "grey" one channel only; "undefined" the file's colours have no meaning without a profile (CMYK).
    notes: keys of what a person should know, words at `picture.note.<x>`. sha256: of the file's bytes.
    synthetic: the file says that it was rendered.
    """

    rgb: NDArray[np.uint8]
    rgb16: NDArray[np.uint16] | None
    colour: Colour
    notes: tuple[str, ...]
    sha256: str
    synthetic: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in px."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @property
    def note_keys(self) -> tuple[str, ...]:
        """The notes' keys in the catalogues."""
        return tuple(f"picture.note.{note}" for note in self.notes)

    @property
    def has_colour(self) -> bool:
        """Whether colours may be measured at all."""
        return self.colour in ("srgb", "converted", "assumed")


def read_image(source: Path | bytes, name: str = "") -> Picture:
    """Read one picture from a file or from its bytes.

    name: the file's name, used for its ending only (a wrong ending is noted, never believed).
    Raises Refused: file-missing, file-unreadable, file-huge, picture-empty, picture-unreadable,
    picture-huge, picture-tiny, picture-narrow, picture-truncated, picture-transparent.
    """
    data = _bytes_of(source) if isinstance(source, Path) else source
    if not data:
        raise Refused("picture-empty")
    if len(data) > MAX_FILE_BYTES:
        raise _file_huge(name, len(data))
    suffix = Path(name or (source.name if isinstance(source, Path) else "")).suffix.lower()
    with warnings.catch_warnings():
        # Pillow warns of odd but harmless metadata; what matters is said by our own notes.
        warnings.simplefilter("ignore")
        return _read(data, suffix)


def _file_huge(name: str, size: int) -> Refused:
    return Refused("file-huge", name=name, mb=round(size / 1e6), limit_mb=round(MAX_FILE_BYTES / 1e6))


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _file_huge(path.name, size)
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise Refused("file-missing", name=path.name) from fault
    except OSError as fault:
        raise Refused("file-unreadable", name=path.name, why=fault.strerror or "?") from fault


def _read(data: bytes, suffix: str) -> Picture:
    image = _open(data)
    kind = str(image.format)
    _check_size(*image.size)
    profile = image.info.get("icc_profile") or b""
    sixteen = _has_sixteen_bits(image, data)
    frames = getattr(image, "n_frames", 1)
    # A TIFF is turned, and its tag dropped, while it is decoded; a PNG may name its turn after the pixels.
    orientation = _orientation(image) if kind == "TIFF" else 1
    image = _load(image)
    orientation = orientation if kind == "TIFF" else _orientation(image)
    said_srgb = "srgb" in image.info or image.getexif().get_ifd(_EXIF_IFD).get(_EXIF_COLOUR_SPACE) == 1
    synthetic = str(getattr(image, "text", {}).get(SYNTHETIC_KEY, "")).lower() in ("yes", "true", "1")
    notes: list[str] = []
    if suffix and kind in SUFFIXES and suffix not in SUFFIXES[kind]:
        notes.append("misnamed")
    if frames > 1 and kind not in ("MPO", "HEIF"):
        notes.append("first_frame")
    rgb16 = _sixteen(data, orientation) if sixteen else None
    image = _eight_from(rgb16) if rgb16 is not None else _upright(image, kind)
    image = _without_alpha(image, notes)
    rgb, colour = _to_srgb(image, profile, said_srgb, notes)
    if rgb16 is not None and colour == "converted":
        # The profile is applied with eight bits a channel; sixteen unconverted ones would not match them.
        rgb16 = None
        notes.append("sixteen_bits_converted")
    if rgb16 is not None and colour == "grey":
        rgb16 = None
    return Picture(rgb, rgb16, colour, tuple(notes), hashlib.sha256(data).hexdigest(), synthetic)


def _open(data: bytes) -> "Image.Image":
    """The picture with its header read and nothing decoded."""
    import pillow_heif
    from PIL import Image, UnidentifiedImageError

    for plugin in PLUGINS:
        import_module(f"PIL.{plugin}ImagePlugin")
    pillow_heif.register_heif_opener()
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as fault:
        raise Refused("picture-huge", limit_mp=MAX_PIXELS // 1_000_000, limit_px=MAX_SIDE_PX) from fault
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, RuntimeError, EOFError) as fault:
        raise Refused("picture-unreadable") from fault


def _check_size(width: int, height: int) -> None:
    wide = max(width, height) > MAX_SIDE_PX and min(width, height) >= MIN_SIDE_PX
    if wide or width * height > MAX_PIXELS:
        raise Refused("picture-huge", limit_mp=MAX_PIXELS // 1_000_000, limit_px=MAX_SIDE_PX)
    if min(width, height) < MIN_SIDE_PX:
        raise Refused("picture-tiny", width=width, height=height, limit_px=MIN_SIDE_PX)
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise Refused("picture-narrow", width=width, height=height, limit=round(MAX_ASPECT))


def _load(image: "Image.Image") -> "Image.Image":
    """The picture decoded. Pillow refuses a truncated file here, unless somebody told it not to."""
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError, IndexError) as fault:
        raise Refused("picture-truncated") from fault
    return image


def _has_sixteen_bits(image: "Image.Image", data: bytes) -> bool:
    if image.format == "PNG":
        # IHDR: eight bytes of signature, eight of chunk head, width, height, then the bit depth.
        return data[24] == 16
    if image.format == "TIFF":
        bits = getattr(image, "tag_v2", {}).get(_TIFF_BITS, (8,))
        return bool(max(bits) == 16)
    return False


def _sixteen(data: bytes, orientation: int) -> NDArray[np.uint16] | None:
    """The sixteen bits as (h, w, 3) RGB, upright; None where they are not plain RGB or RGB with alpha."""
    import cv2

    # Pillow, which is strict about damage, has decoded the same bytes before.
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise Refused("picture-truncated")
    if pixels.dtype != np.uint16 or pixels.ndim != 3 or pixels.shape[2] != 3:
        return None
    upright = _turn(np.asarray(pixels, np.uint16), orientation)
    return np.ascontiguousarray(upright[..., ::-1])


def _turn(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """The pixels upright, by the meaning of the EXIF orientations 1 to 8."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
        orientation = {5: 1, 6: 2, 7: 3, 8: 4}[orientation]
    flips = {2: (1,), 3: (0, 1), 4: (0,)}.get(orientation, ())
    return np.flip(pixels, flips) if flips else pixels


def _eight_from(rgb16: NDArray[np.uint16]) -> "Image.Image":
    from PIL import Image

    return Image.fromarray(((rgb16.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _orientation(image: "Image.Image") -> int:
    return int(image.getexif().get(_EXIF_ORIENTATION, 1) or 1)


def _upright(image: "Image.Image", kind: str) -> "Image.Image":
    from PIL import ImageOps

    # These two decoders turn the picture themselves.
    return image if kind in ("TIFF", "HEIF") else ImageOps.exif_transpose(image)


def _without_alpha(image: "Image.Image", notes: list[str]) -> "Image.Image":
    """The picture without transparency; refused when a part of it is not there."""
    from PIL import Image

    if image.mode == "P":
        notes.append("palette")
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in ("PA", "La", "LA", "RGBa") or (
        image.mode in ("RGB", "L") and "transparency" in image.info
    ):
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        return image
    alpha = np.asarray(image.getchannel("A"))
    share = float((alpha < 250).mean())
    if share > MAX_TRANSPARENT_SHARE:
        raise Refused("picture-transparent", percent=max(1, round(share * 100)))
    if share > 0:
        notes.append("transparent_bits")
    ground = Image.new("RGBA", image.size, (*NEUTRAL_GREY, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _to_srgb(
    image: "Image.Image", profile: bytes, said_srgb: bool, notes: list[str]
) -> tuple[NDArray[np.uint8], Colour]:
    if image.mode.startswith(("I", "F")):
        grey = np.clip(np.asarray(image, np.float64) / 257, 0, 255).round().astype(np.uint8)
        notes.append("grey")
        return np.repeat(grey[..., None], 3, axis=2), "grey"
    if image.mode in ("1", "L"):
        notes.append("grey")
        return np.asarray(image.convert("L").convert("RGB")), "grey"
    colour: Colour = "srgb" if said_srgb else "assumed"
    converted = _by_profile(image, profile, notes) if profile else None
    if converted is not None:
        image, is_srgb = converted
        colour = "srgb" if is_srgb else "converted"
    elif image.mode != "RGB" and image.mode != "YCbCr":
        colour = "undefined"
        notes.append("undefined_colour")
    rgb = np.asarray(image.convert("RGB"))
    spread = rgb[::4, ::4].max(axis=2).astype(np.int16) - rgb[::4, ::4].min(axis=2)
    if colour != "undefined" and int(spread.max()) <= GREY_TOLERANCE:
        notes.append("grey")
        colour = "grey"
    return rgb, colour


def _by_profile(image: "Image.Image", profile: bytes, notes: list[str]) -> tuple["Image.Image", bool] | None:
    """(picture in sRGB, whether the profile was sRGB already); None when the profile cannot be used."""
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGB" and "srgb" in ImageCms.getProfileDescription(own).lower():
            return image, True
        turned = ImageCms.profileToProfile(
            image,
            own,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        notes.append("profile_unreadable")
        return None
    return (turned if turned is not None else image), False
