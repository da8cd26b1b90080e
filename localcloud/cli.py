"""Parse and run `python -m localcloud COMMAND`."""

import argparse
import json
import logging
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import aws, clock, clock_report, cognito, venvs
from localcloud.cloud import LocalCloud
from localcloud.demo import main as demo
from localcloud.demo import sample_data
from localcloud.demo.api import FIRST_ERROR, Api
from localcloud.deployment import to_aws
from localcloud.layout import LOCAL, LocalCloudError, command_line, read_endpoints
from localcloud.packaging.build import ARCHITECTURES, STAGES, build
from localcloud.packaging.check_zip import complaints
from localcloud.packaging.policies import choices
from localcloud.ports import Ports
from localcloud.rehearse import main as rehearsal
from localcloud.replay import report
from localcloud.replay.run import Options
from localcloud.web.build import WEB, build_web
from localcloud.web.check import check_web
from localcloud.web.node import install, npm
from localcloud.webhook import SERVICES, post

LOGGING = (
    "api",
    "sweep",
    "sweep_shard",
    "publish",
    "verify",
    "chat",
    "websocket_connect",
    "websocket_message",
    "websocket_disconnect",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0, or 1 with one line on standard error that says what to do."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("localcloud").setLevel(logging.INFO)
    try:
        options = _parser().parse_args(arguments)
        return int(options.action(options))
    except (LocalCloudError, BotoCoreError, ClientError) as error:
        # An AWS error can quote the whole request.
        print(f"localcloud: {str(error)[:3000]}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="The product on this machine.")
    parser.add_argument("--directory", type=Path, default=LOCAL, help="the folder of its state (default: .local)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="start everything; Ctrl-C stops it")
    ports = Ports()
    for name in ("cloud", "outbox", "web"):
        run.add_argument(f"--{name}-port", type=int, default=getattr(ports, name), help="default: %(default)s")
    run.add_argument("--max-life", type=clock.seconds, default=12 * 3600, help="stop by itself after this (default: 12h)")
    run.add_argument("--empty", action="store_true", help="load no demo marketplace")
    run.add_argument("--no-web", action="store_true", help="build and serve no web app")
    run.set_defaults(action=_run)

    commands.add_parser("demo", help="play thirteen stories on free ports, and check them").set_defaults(action=_demo)

    rehearse = commands.add_parser("rehearse", help="upgrade from the release before and roll back, while calls go on")
    rehearse.add_argument("--bounded", action="store_true", help="with four stories instead of thirteen")
    rehearse.set_defaults(action=_rehearse)

    replay = commands.add_parser("replay", help="run real orders through the same services, and report")
    replay.add_argument("--feed", type=Path, required=True, help="orders, one JSON object a line")
    replay.add_argument("--engine", choices=("memory", "ministack"), default="memory", help="default: %(default)s")
    replay.add_argument("--limit", type=int, default=0, help="stop after so many orders (default: all)")
    replay.add_argument("--twice", action="store_true", help="send every command and every sweep two times")
    replay.add_argument("--sweep-seed", type=int, help="sweep at random times instead of once a day")
    replay.add_argument("--no-claims", action="store_true", help="let nobody claim anything: the close of protection decides")
    replay.set_defaults(action=_replay)

    token = commands.add_parser("token", help="log in, such as buyer:alice, and print the access token")
    token.add_argument("who", metavar="ROLE:ID")
    token.set_defaults(action=_token)

    get = commands.add_parser("get", help="print what somebody reads in the API, such as /disputes/ID")
    get.add_argument("who", metavar="ROLE:ID")
    get.add_argument("path", metavar="PATH")
    get.set_defaults(action=_get)

    clocks = commands.add_parser("clock", help="show the sandbox clock; or move it, run the sweep, and say what changed")
    clocks.add_argument("verb", nargs="?", choices=("show", "advance"), default="show")
    clocks.add_argument("span", nargs="?", type=clock.seconds, help="such as 5d, 36h, 90s")
    clocks.set_defaults(action=_clock)

    webhook = commands.add_parser("webhook", help="post a webhook as a tracking service would, signed")
    webhook.add_argument("service", choices=tuple(SERVICES))
    webhook.add_argument("body", type=argparse.FileType("rb"), help="a file with the JSON; - for standard input")
    webhook.set_defaults(action=_webhook)

    logs = commands.add_parser("logs", help="print what a function logged")
    logs.add_argument("function", choices=LOGGING)
    logs.set_defaults(action=_logs)

    commands.add_parser("sweep", help="run the sweep once").set_defaults(action=_sweep)
    app = commands.add_parser("build-web", help="build the web app")
    app.add_argument("--out", type=Path, default=LOCAL / "web", help="where to (default: .local/web)")
    app.set_defaults(action=_build_web)
    types = commands.add_parser("web-types", help="write the web app's types of the API from openapi.json")
    types.set_defaults(action=_web_types)
    commands.add_parser("check-web", help="check the web app: types, style, words, units, sizes").set_defaults(
        action=_check_web
    )
    commands.add_parser("setup", help="make the environments that `run` needs, and stop").set_defaults(action=_setup)

    _add_packaging(commands)
    return parser


def _add_packaging(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands that build, deploy and check a package."""
    package = commands.add_parser("package", help="build what is deployed for a stage")
    package.add_argument("stage", choices=STAGES, nargs="?", default="prod", help="default: prod")
    package.add_argument("--out", type=Path, default=LOCAL / "package", help="where to (default: .local/package)")
    _add_choices(package)
    package.set_defaults(action=_package)

    deployment = commands.add_parser("deploy", help="deploy production to an AWS account, as `make deploy` does")
    deployment.add_argument("--stack", required=True, help="the stack's name")
    deployment.add_argument("--bucket", required=True, help="a bucket of yours for the package")
    deployment.add_argument("--params", required=True, type=Path, help="a file with the stack's parameters")
    deployment.add_argument("--review", action="store_true", help="make the change set, and do not carry it out")
    _add_choices(deployment)
    deployment.set_defaults(action=_deploy)

    check = commands.add_parser("check-zip", help="list what makes a deployment zip unfit")
    check.add_argument("zip", type=Path)
    check.set_defaults(action=_check_zip)


def _add_choices(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a package differs from the one that is built by default."""
    command.add_argument("--arch", choices=tuple(ARCHITECTURES), default="x86_64", help="default: %(default)s")
    command.add_argument("--policies", type=Path, help="a file of policies in place of chalicelib/domain/policies.json")


def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    up, stop = threading.Event(), threading.Event()

    def interrupt(_number: int, _frame: object) -> None:
        if not up.is_set() or stop.is_set():
            raise KeyboardInterrupt  # breaks off the start, or a stop that takes too long
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    ports = Ports(options.cloud_port, options.outbox_port, options.web_port)
    try:
        with LocalCloud(options.directory, ports, options.max_life, web=not options.no_web) as cloud:
            if not options.empty:
                sample_data.load(cloud.endpoints)
            print(_welcome(cloud, time.monotonic() - began), flush=True)
            up.set()
            deadline = began + options.max_life
            while not stop.wait(1.0) and time.monotonic() < deadline:
                cloud.check()
            print("stopping", flush=True)
    except KeyboardInterrupt:
        print("broken off", file=sys.stderr)
        return 130
    return 0


def _demo(_options: argparse.Namespace) -> int:
    return demo.main()


def _rehearse(options: argparse.Namespace) -> int:
    return rehearsal.main(bounded=options.bounded)


def _replay(options: argparse.Namespace) -> int:
    how = Options(
        options.engine,
        options.limit or None,
        options.twice,
        options.sweep_seed,
        claims=not options.no_claims,
        statistics=options.engine == "memory",
    )
    return report.main(options.feed, how)


def _welcome(cloud: LocalCloud, took: float) -> str:
    here = command_line(cloud.directory)
    return f"""
The local cloud is up ({took:.1f} s). Nothing leaves this machine; everything is forgotten when it stops.

  App      {cloud.endpoints.get("web", "not served: run without --no-web")}      (docs/web.md)
  API      {cloud.api}
  Chat     {cloud.endpoints["chat"]}      (docs/chat.md)
  Token    {here} token buyer:alice      (also seller:, mediator:, lead:, operator:, platform:, platform/orders:)
  Outbox   {cloud.outbox}
  Clock    {here} clock advance 5d

Addresses are in {cloud.directory / "endpoints.json"}. Ctrl-C stops everything."""


def _token(options: argparse.Namespace) -> int:
    role, _, subject = options.who.partition(":")
    print(cognito.token(read_endpoints(options.directory), role, subject))
    return 0


def _get(options: argparse.Namespace) -> int:
    reply = Api(read_endpoints(options.directory)).call(options.who, "GET", options.path)
    print(json.dumps(reply.body, indent=2, ensure_ascii=False))
    return 0 if reply.status < FIRST_ERROR else 1


def _clock(options: argparse.Namespace) -> int:
    endpoints = read_endpoints(options.directory)
    if options.verb == "advance":
        if options.span is None:
            message = "by how much? Such as: clock advance 5d"
            raise LocalCloudError(message)
        for line in clock_report.advance(endpoints, options.span):
            print(line)
    else:
        print(json.dumps(clock.read(endpoints)))
    return 0


def _webhook(options: argparse.Namespace) -> int:
    status, answer = post(read_endpoints(options.directory), options.service, options.body.read())
    print(answer)
    return 0 if status < FIRST_ERROR else 1


def _sweep(options: argparse.Namespace) -> int:
    clock.sweep(read_endpoints(options.directory))
    return 0


def _logs(options: argparse.Namespace) -> int:
    endpoints = read_endpoints(options.directory)
    function = endpoints[f"{options.function}_function"]
    configuration = aws.client("lambda", endpoints["ministack"]).get_function_configuration(FunctionName=function)
    group = configuration["LoggingConfig"]["LogGroup"]
    pages = aws.client("logs", endpoints["ministack"]).get_paginator("filter_log_events")
    for found in pages.paginate(logGroupName=group):
        for event in found["events"]:
            print(event["message"].rstrip())
    return 0


def _setup(_options: argparse.Namespace) -> int:
    for name in ("ministack", "sam"):
        venvs.ensure(name)
    return 0


def _build_web(options: argparse.Namespace) -> int:
    shutil.copytree(build_web(), options.out, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".made-from"))
    print(f"{options.out}: the web app; docs/web.md says where it goes")
    return 0


def _web_types(_options: argparse.Namespace) -> int:
    install(WEB)
    npm(WEB, "run", "api")
    return 0


def _check_web(_options: argparse.Namespace) -> int:
    return check_web()


def _package(options: argparse.Namespace) -> int:
    artefact = build(options.stage, choices=choices(options.arch, options.policies))
    options.out.mkdir(parents=True, exist_ok=True)
    for path in (artefact.template, artefact.zip):
        shutil.copy(path, options.out)
    print(f"{options.out}: stage {options.stage}, {artefact.zip.stat().st_size / 1e6:.1f} MB, sha256 {artefact.digest}")
    return 0


def _deploy(options: argparse.Namespace) -> int:
    target = to_aws.Target(options.stack, options.bucket, options.params, options.review)
    to_aws.deploy(build("prod", choices=choices(options.arch, options.policies)), target)
    done = "the change set is made: look at it in CloudFormation, and carry it out there" if options.review else "deployed"
    print(f"{options.stack}: {done}")
    return 0


def _check_zip(options: argparse.Namespace) -> int:
    found = complaints(options.zip)
    for complaint in found:
        print(complaint)
    return 1 if found else 0
