"""Translate a SAM template on standard input to plain CloudFormation on standard output.

Run as a script by the environment that has aws-sam-translator, which is why it imports nothing of this package.
"""

import json
import sys
from types import SimpleNamespace

from samtranslator.parser.parser import Parser  # type: ignore[import-not-found,import-untyped,unused-ignore]
from samtranslator.translator.translator import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    Translator,
)

if __name__ == "__main__":
    # It asks a boto session for the region and for nothing else.
    session = SimpleNamespace(region_name=sys.argv[1])
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=session)
    translated = translator.translate(json.load(sys.stdin), parameter_values={})
    json.dump(translated, sys.stdout)
