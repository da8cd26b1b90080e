"""The worlds of the domain's tests are the stories that are told here."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "domain"))
