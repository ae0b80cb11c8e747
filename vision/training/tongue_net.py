"""The segmentation network: a small U-Net on 2 × 2 blocks of pixels that also answers "is there a tongue"."""

import torch
from torch import Tensor, nn

SIDE_PX = 192
WIDTHS = (24, 40, 64, 96, 128)
BLOCK = 2
MEAN, SPREAD = 0.45, 0.25


def _conv(into: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
    )


class TongueNet(nn.Module):
    """rgb (n, 3, s, s), 0..1, s a multiple of 32 → mask logits (n, 1, s, s) and presence logits (n,).

    Working on blocks of 2 × 2 pixels makes the costly first level four times cheaper and still answers
    for every pixel.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList()
        width = 3 * BLOCK * BLOCK
        for out in WIDTHS:
            self.down.append(nn.Sequential(_conv(width, out), _conv(out, out)))
            width = out
        self.up = nn.ModuleList()
        for out in WIDTHS[-2::-1]:
            self.up.append(nn.Sequential(_conv(width + out, out), _conv(out, out)))
            width = out
        self.mask = nn.Conv2d(width, BLOCK * BLOCK, 3, padding=1)
        self.presence = nn.Sequential(nn.Linear(2 * WIDTHS[-1], 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        x = nn.functional.pixel_unshuffle((rgb - MEAN) / SPREAD, BLOCK)
        kept: list[Tensor] = []
        for level, down in enumerate(self.down):
            x = down(nn.functional.max_pool2d(x, 2) if level else x)
            kept.append(x)
        summary = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], 1)
        presence = self.presence(summary).squeeze(1)
        for level, up in enumerate(self.up):
            larger = nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = up(torch.cat([larger, kept[-2 - level]], 1))
        return nn.functional.pixel_shuffle(self.mask(x), BLOCK), presence


class Shipped(nn.Module):
    """The exported form: probabilities instead of logits."""

    def __init__(self, net: TongueNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        mask, presence = self.net(rgb)
        return torch.sigmoid(mask), torch.sigmoid(presence)
