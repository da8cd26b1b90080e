"""The API as deployed, in this process: the real app over a table in memory, a clock that tests move, an issuer of tokens."""

from __future__ import annotations

import importlib
import os
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.api import call
from chalicelib.api.disputes import routes as disputes
from chalicelib.api.evidence import routes as evidence
from chalicelib.api.identity import auth
from chalicelib.api.messages import routes as messages
from chalicelib.api.operations import routes as operations
from chalicelib.api.statistics import routes as statistics
from chalicelib.api.tracking import signatures
from chalicelib.api.webhook_endpoints import routes as endpoints
from chalicelib.domain.policy import published
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.service.operations import Operating
from chalicelib.service.services import Services
from chalicelib.service.uploads import Storage
from chalicelib.service.uploads_arrived import take_in
from chalicelib.service.webhooks import Desk
from chalicelib.settings import settings
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.message_queue import MessageQueue
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People
from chalicelib.store.progress import ProgressKept
from chalicelib.store.replies import SavedReplies
from chalicelib.store.statistics import Statistics
from chalicelib.store.tallies import Tallies
from chalicelib.store.undelivered import UndeliveredMessages
from chalicelib.store.uploads import Uploads
from chalicelib.store.watching import Watching
from chalicelib.store.webhooks import Webhooks
from chalicelib.switches import NEVER
from localcloud.memory.table import MemoryTable
from tests.api.edge import Api, Clock, Deliveries, Names, Quiet, Texts, no_rates
from tests.api.issuer import AUDIENCE, Issuer
from tests.reliability.seam import FakeSns
from tests.service.bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = "table"


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """An OpenID Connect issuer on loopback."""
    with Issuer() as running:
        yield running


@pytest.fixture(scope="session")
def app(issuer: Issuer) -> Iterator[object]:
    """The real app, set up as a stage that is no sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SANDBOX", "SERVES", *(name for name in os.environ if name.startswith("OIDC_"))):
            patch.delenv(name, raising=False)
        patch.setenv("TABLE_NAME", TABLE)
        patch.setenv("OIDC_ISSUER", issuer.name)
        patch.setenv("OIDC_AUDIENCE", AUDIENCE)
        patch.setenv("OIDC_JWKS_URL", issuer.jwks_url)
        patch.setenv("CHAT_ENDPOINT", "https://chat.example.com/api")
        settings.cache_clear()
        auth.verifier.cache_clear()  # another test may have asked another issuer
        yield importlib.import_module("app").app
    settings.cache_clear()
    auth.verifier.cache_clear()


def operating_in(services: Services, table: MemoryTable, clock: Clock) -> Operating:
    """Stand for the deployment that operators look at, where SQS and CloudWatch tell nothing."""

    def nothing_told() -> Any:  # noqa: ANN401 - stands for a botocore client
        raise EndpointConnectionError(endpoint_url="https://aws.example.com")

    return Operating(
        services=services,
        watching=Watching(nothing_told, nothing_told, {"Undelivered": "https://sqs.example.com/u"}, {"Publish": "publish"}),
        undelivered=UndeliveredMessages(lambda: table, TABLE, clock.epoch),
        queue=MessageQueue(lambda: table, TABLE, 2),
        progress=ProgressKept(lambda: table, TABLE),
        switches=NEVER,
        shards=2,
        sms_per_day=1000,
    )


@pytest.fixture
def new_api(app: object, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Callable[[MemoryTable], Api]:
    """Makes the API serve a given table."""

    def serve(table: MemoryTable) -> Api:
        clock, sns, numbers, texts = Clock(), FakeSns(), count(1), Texts()
        served = Services(
            cases=Cases(lambda: table, TABLE, published(), shards=2),
            lists=Lists(lambda: table, TABLE),
            people=People(lambda: table, TABLE),
            messages=Messages(lambda: table, TABLE),
            notes=Notes(lambda: table, TABLE),
            replies=SavedReplies(lambda: table, TABLE),
            connections=Connections(lambda: table, TABLE),
            audit=AuditLog(lambda: table, TABLE, epoch=clock.epoch, new_id=lambda: f"{next(numbers):024x}"),
            tallies=Tallies(lambda: table, TABLE, clock.epoch),
            texts=texts,
            subscriptions=Quiet(),
            clock=clock,
            policies=published(),
            pause=lambda _: None,
            endpoints=SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"}),
            epoch=clock.epoch,
            topics_of_0_2=True,  # as a stack has it by default
        )
        bucket = Bucket()
        storage = Storage(Uploads(lambda: table, TABLE), bucket)

        def upload(form: dict[str, Any], content: bytes) -> None:
            bucket.put(form["fields"]["key"], form["content_type"], content)
            take_in(served, storage, form["fields"]["key"])

        made = Api(app, table, clock, issuer, upload, texts)
        for files in (disputes, evidence, messages):
            monkeypatch.setattr(files, "storage", lambda: storage)
        desk = Desk(Webhooks(lambda: table, TABLE, 2, clock.epoch), Deliveries(), Names())
        monkeypatch.setattr(endpoints, "webhooks", lambda: desk)
        monkeypatch.setattr(operations, "operating", lambda services: operating_in(services, table, clock))
        counters = Statistics(lambda: table, TABLE, clock.epoch)
        monkeypatch.setattr(statistics, "statistics", lambda: counters)
        secrets = signatures.Secrets(lambda: made.vault, "test/", clock.epoch)
        monkeypatch.setattr(call, "services", lambda: served)
        monkeypatch.setattr(call, "rates", no_rates)
        monkeypatch.setattr(signatures, "secrets", lambda: secrets)
        return made

    return serve


@pytest.fixture
def api(new_api: Callable[[MemoryTable], Api]) -> Api:
    """The API over an empty table."""
    return new_api(MemoryTable(TABLE))
