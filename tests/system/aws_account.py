"""CloudFormation as AWS's command line meets it, before the local engine: it takes a SAM template, as AWS does."""

from __future__ import annotations

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from localcloud import aws
from localcloud.deployment.deploy import repaired, translated

if TYPE_CHECKING:
    from types import TracebackType

BODY_AT_MOST = 51_200
"""Bytes of a template in the request itself, as AWS limits them."""
PATIENCE = 60
XML = '<{0}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><{0}Result>{1}</{0}Result></{0}Response>'


class Account:
    """An empty AWS account: the engine's own S3, and its CloudFormation behind a door that translates what comes in.

    The engine has no SAM and lacks a few types, so the template is translated and repaired as the local cloud's is. A request
    is answered only once the engine is done, since the command line would wait 30 seconds before it asks again.
    """

    def __init__(self, engine: str) -> None:
        """Open the door before the engine at that address."""
        self.engine = engine
        self.asked: list[dict[str, str]] = []
        self.template: dict[str, Any] = {}
        """The last template, as it was uploaded."""
        self._cloudformation = aws.client("cloudformation", engine)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def environment(self) -> dict[str, str]:
        """Return the variables by which the command line finds this account, and no other."""
        return {
            "AWS_ENDPOINT_URL_S3": self.engine,
            "AWS_ENDPOINT_URL_CLOUDFORMATION": f"http://127.0.0.1:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def __enter__(self) -> Self:
        """Answer."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, asked: dict[str, str]) -> tuple[int, str]:
        """Return the status and the body of the answer to one request."""
        self.asked.append(asked)
        try:
            return 200, XML.format(asked["Action"], getattr(self, f"_{asked['Action']}")(asked))
        except ClientError as error:
            wrong = error.response["Error"]
            return (
                400,
                f"<ErrorResponse><Error><Code>{wrong['Code']}</Code><Message>{wrong['Message']}</Message></Error></ErrorResponse>",
            )

    def _DescribeStacks(self, asked: dict[str, str]) -> str:  # noqa: N802 - AWS's names, here and below
        (stack,) = self._cloudformation.describe_stacks(StackName=asked["StackName"])["Stacks"]
        named = "".join(f"<{name}>{stack[name]}</{name}>" for name in ("StackName", "StackId", "StackStatus"))
        return f"<Stacks><member>{named}<CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>"

    def _GetTemplateSummary(self, _asked: dict[str, str]) -> str:  # noqa: N802
        return ""

    def _CreateChangeSet(self, asked: dict[str, str]) -> str:  # noqa: N802
        assert len(asked.get("TemplateBody", "").encode()) <= BODY_AT_MOST
        bucket, _, key = urllib.parse.urlsplit(asked["TemplateURL"]).path.removeprefix("/").partition("/")
        s3 = aws.client("s3", self.engine)
        self.template = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        plain = repaired(translated(self.template), self.engine)
        s3.put_object(Bucket=bucket, Key="plain.json", Body=json.dumps(plain).encode())
        numbers = range(1, 1 + sum(name.endswith("ParameterKey") for name in asked))
        made = self._cloudformation.create_change_set(
            StackName=asked["StackName"],
            ChangeSetName=asked["ChangeSetName"],
            ChangeSetType=asked["ChangeSetType"],
            TemplateURL=f"{self.engine}/{bucket}/plain.json",
            Parameters=[
                {it: asked[f"Parameters.member.{n}.{it}"] for it in ("ParameterKey", "ParameterValue")} for n in numbers
            ],
            Capabilities=[asked["Capabilities.member.1"]],
        )
        waiter = self._cloudformation.get_waiter("change_set_create_complete")
        waiter.wait(ChangeSetName=made["Id"], WaiterConfig={"Delay": 0.2, "MaxAttempts": PATIENCE * 5})
        return f"<Id>{made['Id']}</Id><StackId>{made['StackId']}</StackId>"

    def _DescribeChangeSet(self, asked: dict[str, str]) -> str:  # noqa: N802
        plan = self._cloudformation.describe_change_set(ChangeSetName=asked["ChangeSetName"], StackName=asked["StackName"])
        return f"<Status>{plan['Status']}</Status><StatusReason>{plan.get('StatusReason', '')}</StatusReason>"

    def _ExecuteChangeSet(self, asked: dict[str, str]) -> str:  # noqa: N802
        stack = {"StackName": asked["StackName"]}
        self._cloudformation.execute_change_set(**stack, ChangeSetName=asked["ChangeSetName"])
        self._cloudformation.get_waiter("stack_create_complete").wait(
            **stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": PATIENCE * 5}
        )
        return ""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        account = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = account.answer(dict(urllib.parse.parse_qsl(body, keep_blank_values=True)))
                content = answer.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
