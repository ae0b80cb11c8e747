"""Train the tongue segmentation network and export it as one ONNX file.

Run through `./station train tongue-segmentation DIR --out DIR`. Progress is one line a hundred steps on
standard error; a checkpoint is written with it, from which `resume` goes on. The same seed and number of
steps draw the same samples; with `minutes` the number of steps depends on the machine.
"""

import json
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tcm_station.resources import asset
from vision.tongue.mouth import MODEL as MOUTH_MODEL
from vision.training.tongue_compose import Composer, Sample
from vision.training.tongue_light import relight
from vision.training.tongue_net import SIDE_PX, Shipped, TongueNet
from vision.training.tongue_sources import Sources, load_sources

BATCH = 16
PEAK_RATE, WARM_SHARE, WEIGHT_DECAY = 2.5e-3, 0.04, 0.02
EMA_DECAY = 0.998
HARD_KEPT, HARD_A_BATCH = 192, 2
REPORT_EVERY = 100
ONNX_NAME = "tongue_segmentation.onnx"
CHECKPOINT_NAME = "tongue_segmentation.pt"
OPSET = 17


@dataclass(frozen=True, slots=True)
class Batch:
    """rgb (n, s, s, 3) uint8, mask (n, s, s) uint8, present (n,) float32 with nan for unsure."""

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    present: NDArray[np.float32]


def draw_batches(composer: Composer, seed: int, first: int) -> Iterator[Batch]:
    """Batches without end, drawn ahead in one thread; batch k depends on (seed, k) alone."""
    ready: queue.Queue[Batch] = queue.Queue(maxsize=6)
    stop = threading.Event()

    def work() -> None:
        k = first
        while not stop.is_set():
            rng = np.random.default_rng([seed, k])
            samples = [composer(rng) for _ in range(BATCH)]
            batch = _stack(samples)
            while not stop.is_set():
                try:
                    ready.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    continue
            k += 1

    thread = threading.Thread(target=work, name="tongue-samples", daemon=True)
    thread.start()
    try:
        while True:
            yield ready.get(timeout=600)
    finally:
        stop.set()
        thread.join()


def _stack(samples: list[Sample]) -> Batch:
    return Batch(
        np.stack([s.rgb for s in samples]),
        np.stack([s.mask for s in samples]),
        np.array([s.present for s in samples], np.float32),
    )


class HardEmpties:
    """Pictures without a tongue that the net got most wrong lately; a few come back in each batch."""

    def __init__(self) -> None:
        self._kept: deque[NDArray[np.uint8]] = deque(maxlen=HARD_KEPT)

    def mix_in(self, batch: Batch, rng: np.random.Generator) -> None:
        """Replace some of the batch's own empties, in place, flipped and lit anew."""
        if len(self._kept) < HARD_KEPT // 4:
            return
        for row in np.flatnonzero(batch.present == 0)[:HARD_A_BATCH]:
            again = self._kept[int(rng.integers(len(self._kept)))]
            batch.rgb[row] = relight(again[:, ::-1] if rng.random() < 0.5 else again, rng)
            batch.mask[row] = 0

    def learn(self, batch: Batch, loss: NDArray[np.float32]) -> None:
        """Keep the worst empty of a batch where it is clearly wrong."""
        empty = np.flatnonzero(batch.present == 0)
        if len(empty) == 0:
            return
        worst = int(empty[np.argmax(loss[empty])])
        if loss[worst] > 0.02:
            self._kept.append(batch.rgb[worst].copy())


def losses(
    mask_logits: Tensor, presence_logits: Tensor, mask: Tensor, present: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean loss, and the loss of each sample's mask (n,): cross entropy, overlap, and the presence answer."""
    logits = mask_logits.squeeze(1)
    pixel = nn.functional.binary_cross_entropy_with_logits(logits, mask, reduction="none").mean(dim=(1, 2))
    chance = torch.sigmoid(logits)
    both, either = (chance * mask).sum(dim=(1, 2)), (chance + mask).sum(dim=(1, 2))
    shows = (mask.sum(dim=(1, 2)) > 15).float()
    overlap = (1 - (2 * both + 1) / (either + 1)) * shows
    sure = ~torch.isnan(present)
    presence = nn.functional.binary_cross_entropy_with_logits(presence_logits[sure], present[sure])
    each = pixel + 0.5 * overlap
    return each.mean() + 0.15 * presence, each.detach()


def learning_rate(progress: float) -> float:
    """Warm up, then a half cosine down to a hundredth; progress 0..1."""
    if progress < WARM_SHARE:
        return PEAK_RATE * (0.05 + 0.95 * progress / WARM_SHARE)
    falling = (progress - WARM_SHARE) / (1 - WARM_SHARE)
    return PEAK_RATE * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * min(falling, 1.0)))))


@torch.no_grad()
def follow(average: TongueNet, net: TongueNet, step: int) -> None:
    """Move the running average of the weights, which is what ships, towards the net."""
    decay = min(EMA_DECAY, (1 + step) / (10 + step))
    for slow, fast in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - decay)
        else:
            slow.copy_(fast)


def export(net: TongueNet, path: Path) -> None:
    """Write one ONNX file: `rgb` (n, 3, s, s) 0..1 → probabilities `mask` (n, 1, s, s), `present` (n,)."""
    net = net.to("cpu").eval()
    torch.onnx.export(
        Shipped(net).eval(),
        (torch.zeros(1, 3, SIDE_PX, SIDE_PX),),
        str(path),
        input_names=["rgb"],
        output_names=["mask", "present"],
        dynamic_axes={"rgb": {0: "n"}, "mask": {0: "n"}, "present": {0: "n"}},
        opset_version=OPSET,
        dynamo=False,
    )


def train(
    sources: Sources,
    out: Path,
    *,
    seed: int,
    steps: int | None,
    minutes: float | None,
    resume: bool,
    device: str,
    threads: int,
) -> Path:
    """Train for a number of steps or minutes and export; returns the ONNX file. See `main`."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    net = TongueNet().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = TongueNet().to(device)
    average.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
    first, spent_s = 0, 0.0
    checkpoint = out / CHECKPOINT_NAME
    if resume and checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        first, spent_s = int(saved["step"]), float(saved["spent_s"])
    hard, rng = HardEmpties(), np.random.default_rng([seed, 1 << 31, first])
    started = time.monotonic() - spent_s
    recent: deque[float] = deque(maxlen=REPORT_EVERY)
    step = first

    def save() -> None:
        state = {
            "net": net.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
        }
        half = checkpoint.with_suffix(".part")
        torch.save({**state, "step": step, "spent_s": time.monotonic() - started}, half)
        half.replace(checkpoint)

    for batch in draw_batches(Composer(sources, SIDE_PX), seed, first):
        progress = step / steps if steps is not None else (time.monotonic() - started) / (60 * (minutes or 1))
        if progress >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(progress)
        hard.mix_in(batch, rng)
        rgb = torch.from_numpy(batch.rgb).to(device).permute(0, 3, 1, 2).float().div_(255)
        mask = torch.from_numpy(batch.mask).to(device).float().div_(255)
        present = torch.from_numpy(batch.present).to(device)
        net.train()
        with torch.autocast(device, torch.bfloat16):
            mask_logits, presence_logits = net(rgb)
        loss, each = losses(mask_logits.float(), presence_logits.float(), mask, present)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        step += 1
        follow(average, net, step)
        hard.learn(batch, each.cpu().numpy())
        recent.append(float(loss.detach()))
        if step % REPORT_EVERY == 0:
            done = f"{100 * progress:5.1f} %"
            pace = f"{(time.monotonic() - started) / step:.2f} s/step"
            print(f"step {step} {done} loss {np.mean(recent):.4f} {pace}", file=sys.stderr, flush=True)
            save()
    save()
    export(average, out / ONNX_NAME)
    return out / ONNX_NAME


def main(
    data: Path,
    out: Path,
    *,
    seed: int = 7,
    minutes: float | None = None,
    steps: int | None = None,
    resume: bool = False,
    folds: tuple[int, ...] = (1, 2, 3, 4),
    leave_out: tuple[str, ...] = ("phone_selfie",),
    face_model: Path | None = None,
    threads: int = 1,
) -> Path:
    """Train on the folds given and write the ONNX file and a checkpoint into `out`; returns the ONNX file.

    data: a folder laid out as the shared data (`tongue/` inside) or the folder of sources itself. A folder
    `face` beside it is used as further pictures without a tongue. Neither minutes nor steps: 6,000 steps.
    leave_out: sources held back whole. `phone_selfie` is by default: all its sittings seem to show one
    person, so a part of it cannot test a net trained on the rest.
    face_model: a YuNet detector, by which tongues are laid where mouths are; None: the one that ships.
    threads: of the arithmetic, beside one that draws samples. On a machine that others use too, two threads
    that wait for each other were ten times slower than one.
    """
    if minutes is None and steps is None:
        steps = 6000
    out.mkdir(parents=True, exist_ok=True)
    sources = load_sources(
        data,
        folds=frozenset(folds),
        leave_out=frozenset(leave_out),
        faces=data / "face" if (data / "face").is_dir() else data.parent / "face",
        face_model=face_model or asset(f"models/{MOUTH_MODEL}.onnx"),
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    counts = {
        "marked": len(sources.marked),
        "empty": len(sources.empty),
        "folds": folds,
        "left_out": leave_out,
    }
    print(json.dumps({**counts, "device": device, "seed": seed}), file=sys.stderr, flush=True)
    return train(
        sources,
        out,
        seed=seed,
        steps=steps,
        minutes=minutes,
        resume=resume,
        device=device,
        threads=threads,
    )
