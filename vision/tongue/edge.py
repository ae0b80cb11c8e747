"""Draw the tongue's border again where the picture changes most, close to where the network put it.

The network looks at few pixels and rounds off the notches that teeth leave. Along each normal of its outline
the strongest step of colour in a narrow band is sought, and the path through all of them that bends least.
Only the tooth marks are read from it: the outline that is stored and scored is the network's own.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.tongue.frame import Frame, Mask

_BAND = 0.032  # of the width, to either side
_STEP_PX = 3.0  # between neighbouring points of the outline
_PLACES = 25
_BEND_COST = 1.2  # per place moved between neighbours, in the picture's own median step
_AWAY_COST = 0.35  # at the band's rim


def redraw_outline(frame: Frame) -> Mask:
    """The tongue's mask with its border on the picture's own edge; (h, w) bool."""
    found, _ = cv2.findContours(frame.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(found, key=cv2.contourArea).reshape(-1, 2).astype(np.float64)
    points, normals = _even(outline)
    if len(points) < 24:
        return frame.mask
    reach = _BAND * frame.width_px
    places = np.linspace(-reach, reach, _PLACES)
    strength = _steps_of_colour(frame, points, normals, places)
    level = max(float(np.median(strength.max(axis=1))), 1e-3)
    cost = -strength / level + _AWAY_COST * (places / reach)[None, :] ** 2
    chosen = places[_least_bent(cost)]
    drawn = np.zeros(frame.mask.shape, np.uint8)
    moved = points + normals * chosen[:, None]
    cv2.fillPoly(drawn, [np.round(moved * 16).astype(np.int32)], 1, shift=4)
    return drawn.astype(np.bool_)


def _even(outline: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(points at even steps of the smoothed outline, their outward normals)."""
    kernel = np.exp(-0.5 * (np.arange(-12, 13) / 5.0) ** 2)
    kernel /= kernel.sum()
    ring = np.concatenate([outline[-12:], outline, outline[:12]])
    smooth = np.stack([np.convolve(ring[:, k], kernel, "valid") for k in (0, 1)], axis=1)
    closed = np.concatenate([smooth, smooth[:1]])
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    even = np.arange(0, at[-1], _STEP_PX)
    points = np.stack([np.interp(even, at, closed[:, k]) for k in (0, 1)], axis=1)
    along = np.roll(points, -2, axis=0) - np.roll(points, 2, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    normals = np.stack([along[:, 1], -along[:, 0]], axis=1)
    outward = points - points.mean(axis=0)
    if float((normals * outward).sum()) < 0:
        normals = -normals
    return points, normals


def _steps_of_colour(
    frame: Frame, points: NDArray[np.float64], normals: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much L*a*b* changes from inside to outside at each place of each normal, (points, places)."""
    soft = cv2.GaussianBlur(frame.lab, (0, 0), 1.0)
    pad = 1.8

    def at(shift: float) -> NDArray[np.float32]:
        where = points[:, None, :] + normals[:, None, :] * (places + shift)[None, :, None]
        x, y = where[..., 0].astype(np.float32), where[..., 1].astype(np.float32)
        return np.asarray(
            cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
        )

    inner, outer = at(-pad), at(pad)
    step = np.sqrt(((inner - outer) ** 2).sum(axis=2))
    # The tongue is the redder side; where it is not, the step is a shadow's or a highlight's.
    redder = inner[..., 1] - outer[..., 1]
    return np.asarray(step * np.where(redder > 0, 1.0, 0.35), np.float64)


def _least_bent(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """One place for each point: least cost with least movement between neighbours (dynamic programming)."""
    count, places = cost.shape
    move = _BEND_COST * np.abs(np.arange(places)[:, None] - np.arange(places)[None, :]) / 4.0
    total, came = cost[0].copy(), np.zeros((count, places), np.intp)
    for k in range(1, count):
        ways = total[None, :] + move
        came[k] = ways.argmin(axis=1)
        total = ways.min(axis=1) + cost[k]
    path = np.zeros(count, np.intp)
    path[-1] = int(total.argmin())
    for k in range(count - 1, 0, -1):
        path[k - 1] = came[k, path[k]]
    return path
