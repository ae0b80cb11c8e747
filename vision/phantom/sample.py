"""The three rendered tongues that the demo and practice mode use. Their names say what they show."""

from vision.phantom.tongue import TonguePhantom, TongueTruth, render_tongue

# Pale, a little enlarged, tooth-marked, thin white coating.
HEART_SPLEEN = "heart_spleen"
# Red, with a thick, greasy, yellow coating.
DAMP_HEAT = "damp_heat"
# Purple, with stasis spots and a thin coating.
BLOOD_STASIS = "blood_stasis"

_SAMPLES: dict[str, tuple[TongueTruth, int]] = {
    HEART_SPLEEN: (
        TongueTruth(
            width_share=0.455,
            length_ratio=1.06,
            tip_roundness=2.6,
            tooth_marks=8,
            tooth_depth=0.017,
            body=(68.0, 18.0, 10.5),
            tip_shift=(-1.0, 1.5, 0.5),
            sides_shift=(0.0, 1.0, 0.5),
            coverage=0.42,
            thickness=0.30,
            coating=(82.0, 4.0, 7.0),
            moisture=0.55,
            groove=0.35,
        ),
        41,
    ),
    DAMP_HEAT: (
        TongueTruth(
            width_share=0.425,
            length_ratio=1.14,
            tip_roundness=2.2,
            body=(51.0, 34.0, 17.0),
            tip_shift=(-1.0, 4.0, 2.0),
            sides_shift=(0.0, 2.0, 1.0),
            coverage=0.58,
            thickness=0.80,
            greasy=1.0,
            coating=(71.0, 7.0, 25.0),
            cracks=0,
            red_spots=22,
            moisture=0.35,
            groove=0.45,
        ),
        42,
    ),
    BLOOD_STASIS: (
        TongueTruth(
            width_share=0.42,
            length_ratio=1.16,
            tip_roundness=2.1,
            body=(47.0, 19.0, 1.5),
            tip_shift=(-1.0, 1.0, -1.0),
            sides_shift=(-2.0, 0.5, -2.5),
            coverage=0.33,
            thickness=0.32,
            coating=(72.0, 5.0, 6.0),
            cracks=2,
            stasis_spots=7,
            moisture=0.40,
            groove=0.50,
        ),
        43,
    ),
}

SAMPLES = tuple(_SAMPLES)


def sample_truth(name: str) -> TongueTruth:
    """The truth of one sample. Raises KeyError for a name not in SAMPLES."""
    return _SAMPLES[name][0]


def sample_tongue(name: str) -> TonguePhantom:
    """One sample, rendered. Raises KeyError for a name not in SAMPLES."""
    truth, seed = _SAMPLES[name]
    return render_tongue(truth, seed)
