"""Share the worlds of the domain's tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "domain"))
