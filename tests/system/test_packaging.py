"""The package: the zip's contents, the same zip on every build, and the template around it."""

import base64
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import babel
import pytest

from localcloud.layout import ROOT
from localcloud.packaging.archive import LOCALES
from localcloud.packaging.build import RELEASE, Artefact, build, exported, release
from localcloud.packaging.check_zip import complaints
from tests.service.bucket import HEIC, JPEG, PNG

FUNCTIONS = {
    "APIHandler": "http",
    "Sweep": "jobs",
    "SweepShard": "jobs",
    "Publish": "jobs",
    "Verify": "jobs",
    "DeviceFailed": "jobs",
    "UploadStored": "jobs",
    "DeliverWebhook": "jobs",
    "Chat": "jobs",
    "WebsocketConnect": "jobs",
    "WebsocketMessage": "jobs",
    "WebsocketDisconnect": "jobs",
}
QUEUES = {"SweepQueue": "SweepShard", "UploadQueue": "UploadStored", "WebhookQueue": "DeliverWebhook"}
"""The function that reads each queue."""
OF_NO_RESOURCE = {
    "cloudwatch:GetMetricData",
    "dynamodb:ListStreams",
    "sns:CreatePlatformEndpoint",
    "sns:DeleteEndpoint",
    "sns:GetEndpointAttributes",
    "sns:SetEndpointAttributes",
    "sns:Unsubscribe",
}
"""Actions that IAM ties to no resource: their policies have to say any."""


def template_of(package: Artefact) -> dict[str, Any]:
    """Read the package's SAM template."""
    template: dict[str, Any] = json.loads(package.template.read_text(encoding="utf-8"))
    return template


def rewritten(package: Artefact, target: Path, change: Callable[[str, bytes], bytes | None], **added: bytes) -> Path:
    """Copy the zip, passing each file through `change` (None drops it) and adding files; `__` in a name is a slash."""
    with zipfile.ZipFile(package.zip) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in added.items():
            new.writestr(name.replace("__", "/") + ".py", content)
    return target


def kept(_name: str, content: bytes) -> bytes:
    """Change nothing."""
    return content


def test_the_zip_is_fit_to_deploy(local_package: Artefact) -> None:
    """The checker has nothing to say of what we deploy."""
    assert complaints(local_package.zip) == []


@pytest.mark.parametrize(
    "part", ["pydantic_core/_pydantic_core", "msgspec/_core", "cryptography/hazmat/bindings/_rust", "_cffi_backend"]
)
def test_a_missing_native_part_is_noticed(local_package: Artefact, tmp_path: Path, part: str) -> None:
    """A wheel without its compiled half, which Chalice only warns of, fails the check."""
    broken = rewritten(local_package, tmp_path / "z.zip", lambda name, content: None if name.startswith(part) else content)

    assert f"{part} is missing for this runtime" in complaints(broken)


def test_a_missing_language_is_noticed(local_package: Artefact, tmp_path: Path) -> None:
    """A zip that cannot format what it writes to people fails the check."""
    data = "babel/locale-data/ru.dat"
    broken = rewritten(local_package, tmp_path / "z.zip", lambda name, content: None if name == data else content)

    assert complaints(broken) == [f"{data} is missing"]


WORDED = """
import babel, chalicelib, hashlib, sys
from chalicelib.languages import LANGUAGES
from tests.notify.samples import to_people
unpacked = sys.argv[1]
assert all(module.__file__.startswith(unpacked) for module in (babel, chalicelib))
for language in LANGUAGES:
    written = "\\n".join(str(said) for _, said in to_people(language, "America/Sao_Paulo"))
    print(language, hashlib.sha256(written.encode()).hexdigest())
"""


def test_the_zip_speaks_every_language(local_package: Artefact, tmp_path: Path) -> None:
    """The part of CLDR in the zip writes every message in every language as all of CLDR does (N3)."""

    def worded(first: Path) -> list[str]:
        path = f"{first}{os.pathsep}{ROOT}"
        command = [sys.executable, "-c", WORDED, str(first)]
        environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    with zipfile.ZipFile(local_package.zip) as archive:
        assert {name for name in archive.namelist() if name.startswith("babel/locale-data/")} == LOCALES
        archive.extractall(tmp_path / "task")
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "babel").symlink_to(Path(babel.__file__).parent)
    (whole / "chalicelib").symlink_to(ROOT / "chalicelib")

    assert worded(whole) == worded(tmp_path / "task")


@pytest.mark.parametrize(
    "module", ["boto3__x", "s3transfer__x", "moto__x", "chalice__cli__x", "localcloud__x", "ops__x", "tests__x"]
)
def test_what_is_not_for_production_is_noticed(local_package: Artefact, tmp_path: Path, module: str) -> None:
    """The SDK's other half, the tools and our own test code may not be shipped."""
    broken = rewritten(local_package, tmp_path / "z.zip", kept, **{module: b""})

    assert f"{module.replace('__', '/')}.py must not be shipped" in complaints(broken)


def test_missing_bytecode_is_noticed(local_package: Artefact, tmp_path: Path) -> None:
    """A module that Lambda would have to compile on each cold start fails the check."""
    broken = rewritten(local_package, tmp_path / "z.zip", kept, chalicelib__late=b"x = 1\n")

    assert complaints(broken) == ["chalicelib/late.py has no bytecode for this runtime"]


def test_bytecode_that_would_be_checked_again_is_noticed(local_package: Artefact, tmp_path: Path) -> None:
    """Bytecode validated by file time, which a zip does not keep, fails the check."""
    timed = f"__pycache__/app.{sys.implementation.cache_tag}.pyc"
    broken = rewritten(
        local_package,
        tmp_path / "z.zip",
        lambda name, content: content[:4] + bytes(4) + content[8:] if name == timed else content,
    )

    assert [f"{timed} is not unchecked bytecode of this runtime"] == complaints(broken)


@pytest.mark.deep
def test_another_build_has_the_same_bytes(local_package: Artefact, tmp_path: Path) -> None:
    """Packaging again from scratch, elsewhere, gives the same zip and the same template."""
    again = build("local", out=tmp_path / "build" / "local")

    assert (local_package.digest, template_of(local_package)) == (again.digest, template_of(again))


def test_the_zip_is_the_same_for_every_stage(local_package: Artefact, production_package: Artefact) -> None:
    """Production runs the very bytes that were tested: stages differ by template only."""
    assert local_package.digest == production_package.digest


def test_the_package_names_its_build(local_package: Artefact, tmp_path: Path) -> None:
    """The zip holds what `git describe` says of the tree, for `/health` and the logs; outside of git it says so."""
    with zipfile.ZipFile(local_package.zip) as archive:
        named = archive.read(RELEASE).decode()

    assert release(ROOT) == named
    assert "unknown" == release(tmp_path)


def test_only_what_belongs_in_a_package_is_exported() -> None:
    """No bytecode, no tool state and nothing outside the app's own files reaches the build."""
    strays = [name for name in exported(ROOT) if "__pycache__" in name or "deployments" in name or name[0] == "/"]

    assert strays == []


def test_the_sandbox_clock_is_not_in_production(local_package: Artefact, production_package: Artefact) -> None:
    """The routes that move time exist in the sandbox stage and in no production template, nor does the switch."""
    production = template_of(production_package)
    paths = production["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    sandbox = template_of(local_package)["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]

    assert [path for path in paths if path.startswith("/sandbox")] == []
    assert '"SANDBOX"' not in json.dumps(production)
    assert "WEBHOOKS_TO_LOOPBACK" not in json.dumps(production)
    assert "/sandbox/clock" in sandbox


@pytest.mark.parametrize(("function", "serves"), FUNCTIONS.items())
def test_each_function_knows_what_it_serves(production_package: Artefact, function: str, serves: str) -> None:
    """Jobs are told they are jobs, so that they load no edge models."""
    properties = template_of(production_package)["Resources"][function]["Properties"]

    assert serves == properties["Environment"]["Variables"]["SERVES"]


def test_the_api_answers_before_the_gateway_gives_up(production_package: Artefact) -> None:
    """The API function times out below API Gateway's 29 seconds, and no function runs on Lambda's default memory."""
    resources = template_of(production_package)["Resources"]

    assert resources["APIHandler"]["Properties"]["Timeout"] < 29
    memory = [
        template_of(production_package)["Parameters"][resources[name]["Properties"]["MemorySize"]["Ref"]] for name in FUNCTIONS
    ]
    assert all(it["MinValue"] >= 512 for it in memory)


def test_long_answers_are_compressed_for_who_asks(production_package: Artefact, local_package: Artefact) -> None:
    """The gateway, which does it in AWS, is told to compress from a kilobyte on; below, gzip saves next to nothing."""
    for package in (production_package, local_package):
        assert 1024 == template_of(package)["Resources"]["RestAPI"]["Properties"]["MinimumCompressionSize"]


def test_no_function_has_a_right_over_everything(production_package: Artefact) -> None:
    """Each function has a role of its own, whose rights name actions and resources, but for what IAM ties to no resource."""
    resources = template_of(production_package)["Resources"]
    roles = [resources[name]["Properties"]["Role"]["Fn::GetAtt"][0] for name in FUNCTIONS]
    statements = [
        statement
        for role in roles
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    broad = {action for s in statements if "*" in s.get("Resource", ()) for action in s["Action"]}

    assert len(FUNCTIONS) == len(set(roles))
    assert broad <= OF_NO_RESOURCE
    assert [action for s in statements for action in s["Action"] if "*" in action] == []


def test_the_table_can_be_recovered_and_not_lost(production_package: Artefact) -> None:
    """P4: recovery to any second of the last 35 days is on; neither the stack's end nor a slip deletes the table."""
    table = template_of(production_package)["Resources"]["Table"]

    assert {"PointInTimeRecoveryEnabled": True} == table["Properties"]["PointInTimeRecoverySpecification"]
    assert table["Properties"]["DeletionProtectionEnabled"]
    assert ("Retain", "Retain") == (table["DeletionPolicy"], table["UpdateReplacePolicy"])


def chosen(value: Any, conditions: dict[str, bool], parameters: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a template
    """Resolve a part of a template under these conditions and parameters; what is AWS::NoValue is left out."""
    if isinstance(value, list):
        return [chosen(part, conditions, parameters) for part in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return chosen(then if conditions[condition] else otherwise, conditions, parameters)
    if value.get("Ref") in parameters:
        return parameters[value["Ref"]]
    none = {"Ref": "AWS::NoValue"}
    resolved = {name: chosen(part, conditions, parameters) for name, part in value.items()}
    return {name: part for name, part in resolved.items() if part != none}


@pytest.mark.parametrize("key", ["", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_the_table_is_encrypted_with_the_key_that_is_named(production_package: Artefact, key: str) -> None:
    """P4: with a key of one's own, the table uses it and just the functions that read the table may; without, AWS's is used."""
    template = template_of(production_package)
    conditions, parameters = {"HasTableKmsKeyArn": bool(key)}, {"TableKmsKeyArn": key}
    table = chosen(template["Resources"]["Table"]["Properties"], conditions, parameters)
    policy = template["Resources"]["UseTableKey"]
    properties = chosen(policy["Properties"], conditions, parameters)
    (statement,) = properties["PolicyDocument"]["Statement"]

    assert {"SSEEnabled": True, "SSEType": "KMS"} | ({"KMSMasterKeyId": key} if key else {}) == table["SSESpecification"]
    assert {"Fn::Not": [{"Fn::Equals": [{"Ref": "TableKmsKeyArn"}, ""]}]} == template["Conditions"]["HasTableKmsKeyArn"]
    assert ("HasTableKmsKeyArn", [key]) == (policy["Condition"], statement["Resource"])
    users = {role for role in roles_of(template) if "dynamodb:" in json.dumps(template["Resources"][role])}
    assert users == {role["Ref"] for role in properties["Roles"]}


def roles_of(template: dict[str, Any]) -> set[str]:
    """Every function's role."""
    functions = [it for it in template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    return {function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions}


def test_a_failing_record_is_retried_alone_and_then_set_aside(production_package: Artefact) -> None:
    """Stream and queue report failures item by item, give up after a bound, and keep what they gave up on."""
    resources = template_of(production_package)["Resources"]
    stream = resources["Publish"]["Properties"]["Events"]["PublishDynamodbEventSource"]["Properties"]
    queue = resources["SweepShard"]["Properties"]["Events"]["SweepShardSqsEventSource"]["Properties"]
    redrive = resources["SweepQueue"]["Properties"]["RedrivePolicy"]

    uploads = resources["UploadStored"]["Properties"]["Events"]["UploadStoredSqsEventSource"]["Properties"]
    webhooks = resources["DeliverWebhook"]["Properties"]["Events"]["DeliverWebhookSqsEventSource"]["Properties"]

    assert ["ReportBatchItemFailures"] == stream["FunctionResponseTypes"] == queue["FunctionResponseTypes"]
    assert ["ReportBatchItemFailures"] == uploads["FunctionResponseTypes"] == webhooks["FunctionResponseTypes"]
    assert stream["BisectBatchOnFunctionError"]
    # Again and again for six hours: an outage of SNS is waited for, and what is given up on can still be read for 18 more.
    assert (-1, 6 * 3600) == (stream["MaximumRetryAttempts"], stream["MaximumRecordAgeInSeconds"])
    for function in ("Sweep", "DeviceFailed"):
        given_up = resources[function]["Properties"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert {"Type": "SQS", "Destination": {"Fn::GetAtt": ["JobFailures", "Arn"]}} == given_up
    assert stream["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamFailures", "Arn"]}
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["SweepFailures", "Arn"]}
    for name, dead in (("UploadQueue", "UploadFailures"), ("WebhookQueue", "WebhookFailures")):
        assert {"Fn::GetAtt": [dead, "Arn"]} == resources[name]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]
    # AWS's advice: six times the function's timeout, or a slow run is taken for a failed one.
    for waiting, function in QUEUES.items():
        visibility = resources[waiting]["Properties"]["VisibilityTimeout"]
        assert visibility >= 6 * resources[function]["Properties"]["Timeout"]


def test_the_files_are_nobody_elses(production_package: Artefact) -> None:
    """N6: the bucket is private, encrypted, reached only over TLS, outlives the stack, and drops files that nobody took in."""
    resources = template_of(production_package)["Resources"]
    bucket, policy = resources["FilesBucket"], resources["FilesBucketPolicy"]["Properties"]["PolicyDocument"]
    properties = bucket["Properties"]
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    told = properties["NotificationConfiguration"]["QueueConfigurations"]

    assert ("Retain", "Retain") == (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"])
    assert {True} == set(properties["PublicAccessBlockConfiguration"].values())
    assert 4 == len(properties["PublicAccessBlockConfiguration"])
    assert "BucketEncryption" in properties
    assert "VersioningConfiguration" not in properties  # what is erased is gone
    assert ("incoming/", 1, "Enabled") == (rule["Prefix"], rule["ExpirationInDays"], rule["Status"])
    assert ["s3:ObjectCreated:*", "s3:ObjectTagging:Put"] == [it["Event"] for it in told]  # it is there; it has been scanned
    assert [[{"Name": "prefix", "Value": "incoming/"}]] * 2 == [it["Filter"]["S3Key"]["Rules"] for it in told]
    (denied,) = policy["Statement"]
    assert ("Deny", "*", "s3:*") == (denied["Effect"], denied["Principal"], denied["Action"])
    assert {"Bool": {"aws:SecureTransport": "false"}} == denied["Condition"]
    assert 2 == len(denied["Resource"])


def test_who_gives_out_forms_cannot_reach_what_is_kept(production_package: Artefact) -> None:
    """N6: no form of the API's can write where taken files lie, and no link of its can read what was not looked at."""
    resources = template_of(production_package)["Resources"]
    role = resources[resources["APIHandler"]["Properties"]["Role"]["Fn::GetAtt"][0]]
    statements = [it for policy in role["Properties"]["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    reach = {tuple(it["Action"]): it["Resource"] for it in statements if it["Action"][0].startswith("s3:")}

    assert {
        ("s3:PutObject",): [{"Fn::Sub": "${FilesBucket.Arn}/incoming/*"}],
        ("s3:GetObject",): [{"Fn::Sub": f"${{FilesBucket.Arn}}/{place}/*"} for place in ("kept", "shown")],
    } == reach


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_cloudformation_lint_has_nothing_to_say(stage: str) -> None:
    """The merged template is what cfn-lint calls correct."""
    package = build(stage)
    command = [sys.executable, "-c", "from cfnlint.runner import main; raise SystemExit(main())"]
    done = subprocess.run(
        [*command, "--regions", "eu-west-1", "--", str(package.template)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_package_makes_copies_of_photos(production_package: Artefact, tmp_path: Path) -> None:
    """N6: what is left of Pillow and libheif in the zip decodes a JPEG, a PNG and a HEIC, alone and without the rest."""
    with zipfile.ZipFile(production_package.zip) as archive:
        archive.extractall(tmp_path)
    photos = [base64.b64encode(it).decode() for it in (JPEG, PNG, HEIC)]
    script = f"""
import base64, sys
sys.path.insert(0, {str(tmp_path)!r})
from chalicelib.store.pictures import copies_of
import PIL
assert PIL.__file__.startswith({str(tmp_path)!r})
print(*(len(copy[:3]) for photo in {photos!r} for copy in copies_of(base64.b64decode(photo))))
"""
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ("3 3 3 3 3 3", "") == (done.stdout.strip(), done.stderr)
