"""Modules that only the API's description needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Lazily:
    """Stands for a module and imports it when one of its names is first used, so that no cold start pays for it."""

    def __init__(self, module: str) -> None:
        """Name the module in full."""
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a type checker sees the module itself
        """The module's member of that name."""
        return getattr(import_module(self._module), name)
