"""The base of the models of what tracking services send."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ServiceModel(BaseModel):
    """Base of the models of what a tracking service sends. Members that are not read here are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)
