"""`python -m tcm_station` is the same program as `tcm-station` and `./station`."""

import sys

from tcm_station.cli import main

if __name__ == "__main__":
    sys.exit(main())
