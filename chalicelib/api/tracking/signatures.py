"""Checks the signature of a body, with secrets from Secrets Manager and in constant time."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.api.endpoint import Signature
from chalicelib.api.problems import Problem
from chalicelib.aws import client
from chalicelib.domain.people import Actor, Role
from chalicelib.service.errors import NotFound
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

KEPT_S = 300
"""The time for which a secret is kept, and so until a new one is known."""
PAUSE_S = 10
"""The wait that a caller is told when no secret can be read."""
_STAGES = ("AWSCURRENT", "AWSPREVIOUS")
"""After a rotation the previous secret is accepted too, since bodies signed with it are still on their way."""
_GONE = ("ResourceNotFoundException", "InvalidRequestException")
"""There is no such secret or stage, or it is about to be deleted."""


@dataclass(frozen=True, slots=True)
class _Kept:
    secrets: tuple[bytes, ...]
    until: float


class Secrets:
    """The secrets of the tracking services, by name. They are read when first needed and kept for a while."""

    def __init__(self, manager: Callable[[], Any], prefix: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Read secrets whose names begin with ``prefix``; an empty one means that there are none."""
        self._manager, self._prefix, self._clock = manager, prefix, clock
        self._kept: dict[str, _Kept] = {}

    def of(self, signer: str) -> tuple[bytes, ...]:
        """Return the current secret and the one before it, or nothing if none is set up.

        Raises ``Problem(secrets_unavailable)`` when they cannot be read and none are kept from before.
        """
        kept, now = self._kept.get(signer), self._clock()
        if kept and now < kept.until:
            return kept.secrets
        try:
            secrets = tuple(secret for stage in _STAGES if (secret := self._read(signer, stage)))
        except (ClientError, BotoCoreError) as error:
            if kept is None:
                raise Problem("secrets_unavailable", headers={"Retry-After": str(PAUSE_S)}) from error
            log.warning("the secret of %s could not be read again; the one known stays", signer)
            secrets = kept.secrets
        self._kept[signer] = _Kept(secrets, now + KEPT_S)
        return secrets

    def _read(self, signer: str, stage: str) -> bytes:
        if not self._prefix:
            return b""
        try:
            found = self._manager().get_secret_value(SecretId=f"{self._prefix}{signer}", VersionStage=stage)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return b""
            raise
        secret: str = found["SecretString"]
        return secret.strip().encode()


@lru_cache(maxsize=1)
def secrets() -> Secrets:
    """Return the secrets of this process."""
    return Secrets(lambda: client("secretsmanager"), settings().webhook_secrets_prefix)


def signed_by(signer: str, header: str, sign: Callable[[bytes, bytes], str]) -> Signature:
    """Return the signature of ``signer``, made by ``sign`` of a body and a secret. Without a secret its route answers 404."""

    def check(body: bytes, given: str) -> None:
        known = secrets().of(signer)
        if not known:
            raise NotFound
        written = given.strip().encode(errors="replace")
        if not any(compare_digest(sign(body, secret).encode(), written) for secret in known):
            raise Problem("invalid_signature", headers={"WWW-Authenticate": f'Signature header="{header}"'})

    return Signature(Actor(Role.PLATFORM, signer), header, check)
