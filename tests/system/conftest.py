"""One local cloud for all system tests of a session: the packaged product on free ports of loopback."""

from collections.abc import Iterator

import pytest

from localcloud.cloud import LocalCloud
from localcloud.packaging.build import Artefact, build
from localcloud.ports import Ports


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running, initially empty local cloud. Tests share it, so each uses ids of its own."""
    with LocalCloud(tmp_path_factory.mktemp("cloud"), Ports.free(), max_life=7200.0) as running:
        yield running


@pytest.fixture(scope="session")
def local_package() -> Artefact:
    """The package of the sandbox stage, as `make run` deploys it."""
    return build("local")


@pytest.fixture(scope="session")
def production_package() -> Artefact:
    """The package of the production stage."""
    return build("prod")
