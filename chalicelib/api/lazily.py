"""Modules and models that are imported when they are first used, so that no cold start pays for them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pydantic import BaseModel


class Lazily:
    """Stands for a module and imports it when one of its names is first used."""

    def __init__(self, module: str) -> None:
        """Name the module in full."""
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a type checker sees the module itself
        """The module's member of that name."""
        return getattr(import_module(self._module), name)


@dataclass(frozen=True, slots=True)
class Later:
    """A model of a request, named and not imported yet."""

    module: str
    name: str

    def model(self) -> type[BaseModel]:
        """Import the model."""
        return cast("type[BaseModel]", getattr(import_module(self.module), self.name))


class Models:
    """Stands for a module of models: each of its names is a ``Later``, so a route can declare a body without importing it."""

    def __init__(self, module: str) -> None:
        """Name the module in full."""
        self._module = module

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as above
        """The model of that name, not imported yet."""
        return Later(self._module, name)
