"""Read a marketplace's own policies, which replace the tree's in a package."""

import json
from pathlib import Path

from chalicelib.domain.policy import book_from_data
from localcloud.layout import LocalCloudError
from localcloud.packaging.build import Choices


def choices(architecture: str = "x86_64", policies: Path | None = None) -> Choices:
    """Return how a package is built, with the policies of that file if one is named.

    LocalCloudError says what is wrong with the file: every version of it is built as the deployed functions will build it.
    """
    if policies is None:
        return Choices(architecture)
    try:
        content = policies.read_bytes()
        book_from_data(json.loads(content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LocalCloudError(f"{policies} holds no policies: {type(error).__name__}: {error}") from error
    return Choices(architecture, content)
