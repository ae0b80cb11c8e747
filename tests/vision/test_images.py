"""Pictures are read upright, in sRGB, within limits, or refused with a reason."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from tcm_station.domain.errors import Refused
from tcm_station.i18n import LANGS, tr
from vision.images import read_image

RGB = np.random.default_rng(5).integers(40, 220, (12, 16, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def code_of(data: bytes, name: str = "") -> str:
    with pytest.raises(Refused) as refused:
        read_image(data, name)
    for lang in LANGS:
        assert refused.value.text(lang) and refused.value.advice(lang)
    return refused.value.code


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0"))


def test_a_plain_png_comes_out_as_it_went_in() -> None:
    picture = read_image(saved(Image.fromarray(RGB), "PNG"))
    assert np.array_equal(picture.rgb, RGB)
    assert (picture.colour, picture.notes, picture.size) == ("assumed", (), (128, 96))
    assert picture.has_colour and not picture.synthetic


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (12_500, 3_200), (9_000, 9_000)])
def test_a_huge_picture_is_refused_by_its_header_alone(width: int, height: int) -> None:
    assert code_of(png_header(width, height)) == "picture-huge"


def test_empty_tiny_narrow_and_foreign_files_are_refused_each_with_its_own_reason() -> None:
    assert code_of(b"") == "picture-empty"
    assert code_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.jpg") == "picture-unreadable"
    assert code_of("not a picture, 不是图片".encode()) == "picture-unreadable"
    assert code_of(saved(Image.fromarray(RGB[:1, :1]), "PNG")) == "picture-tiny"
    assert code_of(saved(Image.new("RGB", (400, 80)), "PNG")) == "picture-narrow"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_truncated_file_is_refused_and_never_filled_with_grey(kind: str) -> None:
    data = saved(Image.fromarray(RGB), kind)
    assert code_of(data[: len(data) // 2]) in ("picture-truncated", "picture-unreadable")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_image(tmp_path / "away.png")
    assert refused.value.code == "file-missing"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright_exactly_once(orientation: int) -> None:
    stored = {
        1: RGB,
        2: RGB[:, ::-1],
        3: RGB[::-1, ::-1],
        4: RGB[::-1],
        5: RGB.swapaxes(0, 1),
        6: np.rot90(RGB, 1),
        7: RGB[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(RGB, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("PNG", "TIFF"):
        data = saved(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif)
        assert np.array_equal(read_image(data).rgb, RGB), kind


def test_sixteen_bits_survive_in_png_and_tiff() -> None:
    deep = RGB.astype(np.uint16) * 257 - 100
    for ending in (".png", ".tif"):
        data = cv2.imencode(ending, deep[..., ::-1])[1].tobytes()
        picture = read_image(data)
        assert picture.rgb16 is not None and np.array_equal(picture.rgb16, deep), ending
        assert np.abs(picture.rgb.astype(int) - RGB).max() <= 1


def test_a_colour_profile_is_honoured() -> None:
    swapped = ImageCms.createProfile("sRGB")
    data = bytearray(ImageCms.ImageCmsProfile(swapped).tobytes())
    # The same profile with red and blue primaries exchanged, under a name that is not sRGB.
    red, blue = data.find(b"rXYZ"), data.find(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for word in ("sRGB built-in", "sRGB"):
        data = data.replace(word.encode("utf-16-be"), ("x" * len(word)).encode("utf-16-be"))
        data = data.replace(word.encode(), b"x" * len(word))
    picture = read_image(saved(Image.fromarray(RGB[..., ::-1]), "PNG", icc_profile=bytes(data)))
    assert picture.colour == "converted"
    assert np.abs(picture.rgb.astype(int) - RGB).mean() < 1.5


def test_an_srgb_profile_changes_nothing_and_a_broken_one_is_noted() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = read_image(saved(Image.fromarray(RGB), "PNG", icc_profile=profile))
    assert picture.colour == "srgb" and np.array_equal(picture.rgb, RGB)
    broken = read_image(saved(Image.fromarray(RGB), "PNG", icc_profile=b"not a profile"))
    assert broken.colour == "assumed" and "profile_unreadable" in broken.notes


def test_cmyk_without_profile_and_grey_have_no_colour_to_measure() -> None:
    cmyk = read_image(saved(Image.fromarray(RGB).convert("CMYK"), "JPEG"))
    assert cmyk.colour == "undefined" and not cmyk.has_colour
    for image in (Image.fromarray(RGB[..., 0]), Image.fromarray(RGB[..., :1].repeat(3, 2))):
        grey = read_image(saved(image, "PNG"))
        assert grey.colour == "grey" and not grey.has_colour and grey.rgb.shape == RGB.shape


def test_transparency_is_never_taken_for_dark_skin() -> None:
    rgba = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    assert np.array_equal(read_image(saved(Image.fromarray(rgba), "PNG")).rgb, RGB)
    rgba[:, :64, 3] = 0
    assert code_of(saved(Image.fromarray(rgba), "PNG")) == "picture-transparent"


def test_palettes_moving_pictures_and_wrong_endings_are_read_with_a_note() -> None:
    image = Image.fromarray(RGB)
    assert "palette" in read_image(saved(image.quantize(64), "PNG")).notes
    frames = [image, Image.fromarray(RGB[::-1])]
    moving = read_image(saved(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert "first_frame" in moving.notes and np.array_equal(moving.rgb, RGB)
    assert "misnamed" in read_image(saved(image, "PNG"), "photo.jpg").notes
    for note in ("palette", "first_frame", "misnamed"):
        assert all(tr(f"picture.note.{note}", lang) for lang in LANGS)


def test_a_rendered_picture_says_so_in_its_metadata() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("synthetic", "yes")
    assert read_image(saved(Image.fromarray(RGB), "PNG", pnginfo=words)).synthetic


REFUSED = {
    "empty.jpg": "picture-empty",
    "one-pixel.png": "picture-tiny",
    "rgba-half-transparent.png": "picture-transparent",
    "svg-named.jpg": "picture-unreadable",
    "truncated-half.jpg": "picture-truncated",
    "very-wide.png": "picture-tiny",
}
CONVERTED = ("display-p3.jpg", "display-p3.heic", "adobe-rgb-like.jpg", "profile-swaps-red-and-blue.jpg")


@pytest.mark.shared
def test_the_shared_odd_pictures_are_read_or_refused_as_their_list_says(shared_data: Path) -> None:
    folder = shared_data / "odd-images"
    plain = read_image(folder / "plain-srgb.jpg").rgb.astype(int)
    upright = read_image(folder / "exif-orientation-1.jpg").rgb.astype(int)
    for path in sorted(folder.iterdir()):
        if path.suffix == ".md":
            continue
        if path.name in REFUSED:
            assert code_of(path.read_bytes(), path.name) == REFUSED[path.name], path.name
            continue
        picture = read_image(path)
        if path.name in CONVERTED:
            assert picture.colour == "converted"
            assert np.abs(picture.rgb - plain).mean() < 1.5, path.name
        if path.name.startswith("exif"):
            assert np.abs(picture.rgb - upright).mean() < 3, path.name
        if path.name.startswith("rgb16"):
            assert picture.rgb16 is not None
        if path.name.startswith(("grey", "cmyk", "png-named")):
            assert not picture.has_colour, path.name
    turned = read_image(folder / "orientation-6.heic").rgb.astype(int)
    plain_heic = np.asarray(Image.fromarray(read_image(folder / "plain.heic").rgb).resize((240, 240)))
    assert np.abs(turned - plain_heic).mean() < 6
