"""The local cloud as one thing to hold: started by `with`, gone afterwards, however the block is left."""

import json
import logging
import os
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import astuple
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from localcloud import aws, clock, cognito, venvs
from localcloud.aws import Client
from localcloud.deployment.deploy import deploy, fitting
from localcloud.layout import LOCAL, LocalCloudError, command_line, try_lock, write_json
from localcloud.ministack import PHONES, REGION, MiniStack
from localcloud.outbox.server import Outbox
from localcloud.packaging.build import Artefact, build
from localcloud.ports import HOST, Ports
from localcloud.web.build import build_web
from localcloud.web.server import WebServer
from localcloud.webhook import SERVICES

log = logging.getLogger(__name__)
STACK = "buyer-protection-local"
AN_HOUR = 3600.0


class LocalCloud:
    """`with LocalCloud(directory, Ports.free()) as cloud:` runs the packaged product, empty, on loopback.

    All its state is below `directory`, and is empty at each start. Nothing that it starts outlives this process or
    `max_life` seconds. LocalCloudError refuses a second one in the same directory or on taken ports, and says why.
    """

    def __init__(
        self,
        directory: Path = LOCAL,
        ports: Ports | None = None,
        max_life: float = AN_HOUR,
        artefact: Artefact | None = None,
        *,
        web: bool = False,
    ) -> None:
        """Note where, and what to deploy there: the present code if no `artefact` is given. Nothing starts before `with`.

        With `web` the app is built and served, and messages link into it.
        """
        self.directory = directory.resolve()
        self.endpoints: dict[str, Any] = {}
        self._artefact = artefact
        self._parameters: dict[str, str] = {}
        self._ports = ports or Ports()
        self._max_life = max_life
        self._with_web = web
        self._web: WebServer | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with self._open:
            self._start()
            # From here on the caller stops everything; until here a failure undoes what was started.
            self._open = self._open.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._open.close()

    @property
    def api(self) -> str:
        """The API's address, without a slash at its end."""
        return str(self.endpoints["api"])

    @property
    def outbox(self) -> str:
        """The outbox page; its data is at /messages.json and /systems.json."""
        return str(self.endpoints["outbox"])

    def token(self, role: str, subject: str) -> str:
        """Return a bearer token for `subject` as buyer, seller, mediator, lead, operator or platform."""
        return cognito.token(self.endpoints, role, subject)

    def advance_clock(self, seconds: int) -> dict[str, Any]:
        """Move the sandbox clock forward. Nothing else happens until a sweep: see `sweep_now`."""
        return clock.advance(self.endpoints, seconds)

    def sweep_now(self) -> None:
        """Run the sweep once and return when all its shards are done."""
        clock.sweep(self.endpoints)

    def update(self, artefact: Artefact, stack: str = STACK, **parameters: str) -> dict[str, str]:
        """Deploy a package over the running one while it answers, or as another `stack`, with more `parameters`.

        Returns the stack's outputs. LocalCloudError names what failed.
        """
        outputs = deploy(artefact, stack, fitting(self._parameters | parameters, artefact), self.aws)
        if stack == STACK:
            self._announce(outputs, self.endpoints)
        return outputs

    def aws(self, service: str) -> Client:
        """Return a client of that service with all rights, to look into the deployment."""
        return aws.client(service, self._ministack.url)

    def check(self) -> None:
        """Raise LocalCloudError if the engine is gone."""
        if not self._ministack.running:
            message = f"MiniStack ended by itself; see {self.directory / 'ministack.log'}"
            raise LocalCloudError(message)

    def _start(self) -> None:
        self._own_directory()
        if taken := self._ports.taken():
            raise LocalCloudError(f"{'; '.join(taken)}: {Ports.ELSEWHERE}")
        with ThreadPoolExecutor() as pool:
            environments = pool.map(venvs.ensure, ("ministack", "sam"))
            app = pool.submit(build_web) if self._with_web else None
            artefact = self._artefact or build("local")
            list(environments)  # raises what went wrong there
            dist = app.result() if app else None
        self._ministack = MiniStack(self.directory, self._ports.cloud, self._max_life)
        self._open.callback(self._ministack.stop)
        if dist:
            self._web = WebServer(self._ports.web, dist)
            self._open.callback(self._web.stop)
        login = cognito.create(self.aws("cognito-idp"), self._ministack.url, self._web.callback if self._web else "")
        outputs = self._deploy(artefact, login)
        command = command_line(self.directory)
        phones = self.aws("sns").create_topic(Name=PHONES)["TopicArn"]
        outbox = Outbox(self.aws("sns"), f"{STACK}-", outputs["PersonTopicPrefix"], self._ports.outbox, command)
        self._open.callback(outbox.stop)
        topics = [outputs[f"{name}TopicArn"] for name in ("Payments", "Events", "Mediators")] + [phones]
        if not outbox.listens_to(topics):
            message = "the outbox could not subscribe to the deployment's topics; see ministack.log"
            raise LocalCloudError(message)
        self._announce(outputs, login | {"webhook_secrets": self._webhook_secrets()})

    def _own_directory(self) -> None:
        """Take the directory for this process, and clear what an earlier run left; LocalCloudError names its holder."""
        held = try_lock(self.directory / "run.lock")
        if held is None:
            owner = json.loads((self.directory / "run.json").read_text(encoding="utf-8"))
            message = (
                f"a local cloud is already running here: process {owner['pid']}, "
                f"ports {', '.join(map(str, owner['ports']))}; end it with Ctrl-C there or `kill {owner['pid']}`"
            )
            raise LocalCloudError(message)
        self._open.callback(_release, held)
        for name in ("tmp", "state", "s3"):
            shutil.rmtree(self.directory / name, ignore_errors=True)
        ports = list(astuple(self._ports))
        write_json(self.directory / "run.json", {"pid": os.getpid(), "ports": ports})

    def _deploy(self, artefact: Artefact, login: dict[str, str]) -> dict[str, str]:
        began = time.monotonic()
        links = f"{self._web.url}/app" if self._web else f"http://{HOST}:{self._ports.outbox}"
        own = {"AppLinkBase": links, "AlarmEmail": "operators@market.example"}
        self._parameters = cognito.parameters(login) | self._push() | own
        outputs = deploy(artefact, STACK, fitting(self._parameters, artefact), self.aws)
        log.info("deployed %s in %.1f s", STACK, time.monotonic() - began)
        return outputs

    def _push(self) -> dict[str, str]:
        """Set up push for both platforms without credentials of either: the outbox shows what would reach a phone."""
        made = {}
        for parameter, platform in (("PushFcmArn", "GCM"), ("PushApnsArn", "APNS")):
            known = {"PlatformCredential": "none", "PlatformPrincipal": "none"}
            application = self.aws("sns").create_platform_application(Name=STACK, Platform=platform, Attributes=known)
            made[parameter] = application["PlatformApplicationArn"]
        return made

    def _webhook_secrets(self) -> dict[str, str]:
        """Set up the secrets that tracking services sign with: new at each start, and worth nothing elsewhere."""
        made = {service: secrets.token_urlsafe(24) for service in SERVICES}
        for service, secret in made.items():
            self.aws("secretsmanager").create_secret(Name=f"{STACK}/webhooks/{service}", SecretString=secret)
        return made

    def _announce(self, outputs: dict[str, str], told: Mapping[str, object]) -> None:
        outputs = defaultdict(str, outputs)  # an older release has fewer
        self.endpoints = {
            **told,
            "api": f"{self._ministack.url}/_aws/execute-api/{outputs['RestAPIId']}/api",
            "chat": f"ws://{HOST}:{self._ports.cloud}/_aws/execute-api/{outputs['WebsocketAPIId']}/api",
            "outbox": f"http://127.0.0.1:{self._ports.outbox}",
            "ministack": self._ministack.url,
            "region": REGION,
            "stack": STACK,
            "table": outputs["TableName"],
            "sweep_function": outputs["SweepFunction"],
            "sweep_shard_function": outputs["SweepShardFunction"],
            "publish_function": outputs["PublishFunction"],
            "verify_function": outputs["VerifyFunction"],
            "chat_function": outputs["ChatFunction"],
            "websocket_connect_function": outputs["WebsocketConnectHandlerName"],
            "websocket_message_function": outputs["WebsocketMessageHandlerName"],
            "websocket_disconnect_function": outputs["WebsocketDisconnectHandlerName"],
            "api_function": outputs["APIHandlerName"],
            "sweep_queue": outputs["SweepQueueUrl"],
            "sweep_failures": outputs["SweepFailuresUrl"],
            "stream_failures": outputs["StreamFailuresUrl"],
            "upload_stored_function": outputs["UploadStoredFunction"],
            "upload_queue": outputs["UploadQueueUrl"],
            "upload_failures": outputs["UploadFailuresUrl"],
            "files_bucket": outputs["FilesBucketName"],
            "payments_topic": outputs["PaymentsTopicArn"],
            "events_topic": outputs["EventsTopicArn"],
            "mediators_topic": outputs["MediatorsTopicArn"],
            "person_topic_prefix": outputs["PersonTopicPrefix"],
            "pid": os.getpid(),
            "ministack_pid": self._ministack.pid,
        }
        if self._web:
            self.endpoints["web"] = f"{self._web.url}/app/"
            self._web.endpoints = self.endpoints
            self._let_browsers_upload(self._web.url)
        path = self.directory / "endpoints.json"
        write_json(path, self.endpoints)
        self._open.callback(path.unlink, missing_ok=True)

    def _let_browsers_upload(self, origin: str) -> None:
        """Make storage answer the app's origin, as `WebOrigin` does in AWS, which takes https only."""
        rule = {"AllowedOrigins": [origin], "AllowedMethods": ["GET", "POST"], "AllowedHeaders": ["*"]}
        rules = {"CORSRules": [rule]}
        self.aws("s3").put_bucket_cors(Bucket=self.endpoints["files_bucket"], CORSConfiguration=rules)


def _release(lock: IO[str]) -> None:
    lock.close()
