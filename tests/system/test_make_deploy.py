"""`make deploy`, word for word, with AWS's own command line and an account on this machine."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import aws
from localcloud.layout import ROOT
from localcloud.ministack import MiniStack
from localcloud.packaging.build import Artefact
from localcloud.ports import Ports
from tests.system.aws_account import BODY_AT_MOST, Account

BUCKET = "deployments"
OWN = "arn:aws"
PARAMETERS = """
# of a marketplace
OidcIssuer = https://login.market.example
AppLinkBase = https://market.example
AlarmEmail = oncall@market.example
ApiCallsASecond = 500
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with a bucket and no stack."""
    engine = MiniStack(tmp_path_factory.mktemp("account"), Ports.free().cloud, 120.0)
    try:
        place = {"LocationConstraint": "eu-west-1"}
        aws.client("s3", engine.url).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        with Account(engine.url) as made:
            yield made
    finally:
        engine.stop()


def make(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line as a person types it, in the project's folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE"))}
    return subprocess.run(
        command.split(), cwd=ROOT, env=inherited | environment, capture_output=True, text=True, check=False, timeout=60
    )


def documented() -> str:
    """Return the line that the page tells people to type."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return str(re.findall(r"^make deploy .+$", page, re.MULTILINE)[0])


def test_the_documented_line_deploys(account: Account, production_package: Artefact, tmp_path: Path) -> None:
    """The page's own line uploads package and template, makes the stack with the parameters of the file, and says so."""
    assert production_package.template.stat().st_size > BODY_AT_MOST, "a template that needs no bucket proves nothing here"
    parameters = tmp_path / "production.params"
    parameters.write_text(PARAMETERS, encoding="utf-8")
    line = documented().replace("YOUR-BUCKET", BUCKET).replace("production.params", str(parameters))

    done = make(line, **account.environment())

    assert (0, "shop: deployed") == (done.returncode, done.stdout.strip().splitlines()[-1]), done.stderr[-3000:]
    cloudformation = aws.client("cloudformation", account.engine)
    (stack,) = cloudformation.describe_stacks(StackName="shop")["Stacks"]
    given = {it["ParameterKey"]: it["ParameterValue"] for it in stack["Parameters"]}
    outputs = {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}
    stages = aws.client("apigateway", account.engine).get_stages(restApiId=outputs["RestAPIId"])["item"]
    assert "CREATE_COMPLETE" == stack["StackStatus"]
    assert ("500", "300") == (given["ApiCallsASecond"], given["CallsAMinute"])
    assert ["api"] == [it["stageName"] for it in stages]
    assert outputs.keys() >= {"ApiUrl", "ChatUrl", "DashboardUrl", "OperatorsTopicArn", "DeviceFailuresTopicArn"}
    code = {it["Properties"]["CodeUri"] for it in account.template["Resources"].values() if "CodeUri" in it["Properties"]}
    assert 1 == len(code)
    assert code.pop().startswith(f"s3://{BUCKET}/shop/")


@pytest.mark.parametrize("missing", ["STACK=shop", "BUCKET=deployments", "PARAMS=file"])
def test_a_line_without_its_parts_says_what_to_type(missing: str) -> None:
    """Nothing is built or sent: the error shows the whole line."""
    line = f"make deploy {' '.join({'STACK=shop', 'BUCKET=deployments', 'PARAMS=file'} - {missing})}"

    done = make(line)

    assert 0 != done.returncode
    assert "make deploy STACK=name BUCKET=your-bucket PARAMS=file" in done.stderr


def test_the_words_of_aws_are_shown(account: Account, production_package: Artefact, tmp_path: Path) -> None:
    """A bucket that is not there is refused by AWS, and its words reach the person."""
    assert production_package
    parameters = tmp_path / "production.params"
    parameters.write_text(PARAMETERS, encoding="utf-8")

    done = make(f"make deploy STACK=shop BUCKET=nobodys-bucket PARAMS={parameters}", **account.environment())

    assert 0 != done.returncode
    assert "nobodys-bucket" in done.stderr
    assert "aws cloudformation package failed; its words are above" in done.stderr


EVERY_OPTION = f"""
WebOrigin = https://market.example
MailFrom = help@market.example
PushFcmArn = arn:aws:sns:eu-west-1:000000000000:app/GCM/shop
ApiDomainName = api.market.example
ApiCertificateArn = {OWN}:acm:eu-west-1:000000000000:certificate/1234abcd-12ab-34cd-56ef-1234567890ab
ChatDomainName = chat.market.example
ChatCertificateArn = {OWN}:acm:eu-west-1:000000000000:certificate/1234abcd-12ab-34cd-56ef-1234567890ab
DefaultEndpoints = closed
KmsKeyArn = {OWN}:kms:eu-west-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
TableKmsKeyArn = {OWN}:kms:eu-west-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab
AccessLogBucket = {BUCKET}
ApiAccessLog = on
AlarmTopicArn = {OWN}:sns:eu-west-1:000000000000:oncall
Tracing = Active
ApiConcurrency = 50
JobConcurrency = 20
LogRetentionDays = 365
"""


def test_every_option_can_be_deployed(account: Account, production_package: Artefact, tmp_path: Path) -> None:
    """With every optional parameter given, the stack is made too: its own names, keys, logs and tracing."""
    assert production_package
    parameters = tmp_path / "production.params"
    parameters.write_text(PARAMETERS + EVERY_OPTION, encoding="utf-8")

    done = make(f"make deploy STACK=all BUCKET={BUCKET} PARAMS={parameters}", **account.environment())

    assert 0 == done.returncode, done.stderr[-3000:]
    cloudformation = aws.client("cloudformation", account.engine)
    (stack,) = cloudformation.describe_stacks(StackName="all")["Stacks"]
    outputs = {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}
    assert ("https://api.market.example", "wss://chat.market.example") == (outputs["ApiUrl"], outputs["ChatUrl"])
    assert {"ApiDomainTarget", "ChatDomainTarget"} <= outputs.keys()
    names = aws.client("apigateway", account.engine).get_domain_names()["items"]
    assert {"api.market.example", "chat.market.example"} == {it["domainName"] for it in names}
    api = aws.client("lambda", account.engine).get_function_configuration(FunctionName=outputs["APIHandlerName"])
    assert "Active" == api["TracingConfig"]["Mode"]
    groups = aws.client("logs", account.engine).describe_log_groups(logGroupNamePrefix="/buyer-protection/all/")["logGroups"]
    assert {365} == {it["retentionInDays"] for it in groups}
    assert "/buyer-protection/all/ApiAccess" in {it["logGroupName"] for it in groups}
