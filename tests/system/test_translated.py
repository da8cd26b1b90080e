"""The production template as AWS gets it: SAM's transform applied, then CloudFormation's own resources looked at."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.functions import FUNCTIONS
from localcloud.deployment.deploy import to_cloudformation
from localcloud.layout import ROOT, LocalCloudError
from localcloud.packaging.build import CONFIG, POLICIES, Artefact, Choices, sources
from localcloud.packaging.check_zip import complaints
from localcloud.packaging.policies import choices
from localcloud.packaging.starting import does_not_start
from localcloud.packaging.template import DEPLOYMENT, finished
from tests.system.test_packaging import kept, rewritten, template_of


@pytest.fixture(scope="module")
def deployed(production_package: Artefact) -> dict[str, Any]:
    """Every resource that AWS makes, by name."""
    resources: dict[str, Any] = to_cloudformation(production_package, "bucket", "key")["Resources"]
    return resources


def of_kind(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of each resource of a kind, by name."""
    return {name: it.get("Properties", {}) for name, it in resources.items() if it["Type"] == kind}


def test_the_api_has_one_stage(deployed: dict[str, Any]) -> None:
    """SAM would add a stage without a throttle, metrics or alarms, through which every call could go."""
    stages = of_kind(deployed, "AWS::ApiGateway::Stage")
    deployments = of_kind(deployed, "AWS::ApiGateway::Deployment")

    assert ["api"] == [it["StageName"] for it in stages.values()]
    assert [] == [name for name, it in deployments.items() if "StageName" in it]
    assert {"Ref": "ApiCallsASecond"} == next(iter(stages.values()))["MethodSettings"][0]["ThrottlingRateLimit"]


def test_only_its_stage_may_call_a_function(deployed: dict[str, Any]) -> None:
    """Each right of a gateway to call a function is for the stage `api` of one API."""
    permissions = of_kind(deployed, "AWS::Lambda::Permission")
    gateways = [it["SourceArn"]["Fn::Sub"][0] for it in permissions.values() if it["Principal"] == "apigateway.amazonaws.com"]

    assert 4 == len(gateways)
    assert all(re.search(r":\$\{(RestAPIId|WebsocketAPIId)\}/api/\*$", it) for it in gateways), gateways
    assert all("SourceArn" in it for it in permissions.values())


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda it: it.name)
def test_a_function_writes_to_its_own_log_only(deployed: dict[str, Any], row: Any) -> None:  # noqa: ANN401 - a row
    """Its group is made first, under a name that no length of the stack's name shortens; its role may write there alone."""
    function = deployed[row.name]["Properties"]
    role = deployed[function["Role"]["Fn::GetAtt"][0]]["Properties"]
    statements = [it for policy in role["Policies"] for it in policy["PolicyDocument"]["Statement"]]
    writes = [it["Resource"] for it in statements if "logs:PutLogEvents" in it["Action"]]
    group = deployed[f"{row.name}Logs"]["Properties"]

    assert row.its_role == function["Role"]["Fn::GetAtt"][0]
    assert {"LogGroup": {"Ref": f"{row.name}Logs"}} == function["LoggingConfig"]
    assert [{"Fn::GetAtt": [f"{row.name}Logs", "Arn"]}] == writes
    assert {"Fn::Sub": f"/buyer-protection/${{AWS::StackName}}/{row.name}"} == group["LogGroupName"]
    assert {"Ref": "LogRetentionDays"} == group["RetentionInDays"]
    # A group's name has at most 512 characters, and a stack's 128.
    assert len(group["LogGroupName"]["Fn::Sub"]) + 128 < 512
    assert {"Fn::If": ["HasKmsKeyArn", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]} == group["KmsKeyId"]


def test_every_parameter_is_used(production_package: Artefact) -> None:
    """An operator's choice that changes nothing would be a promise not kept."""
    template = template_of(production_package)
    rest = json.dumps({name: part for name, part in template.items() if name not in ("Parameters", "Metadata", "Rules")})

    assert [] == [name for name in template["Parameters"] if f'"Ref": "{name}"' not in rest and f"${{{name}}}" not in rest]


def test_what_an_operator_may_encrypt_is_encrypted(deployed: dict[str, Any]) -> None:
    """With a key of the operator's every topic, queue, log group and file has it; without, queues and files have AWS's."""
    own = {"Fn::If": ["HasKmsKeyArn", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
    topics, queues, groups = (of_kind(deployed, f"AWS::{it}").values() for it in ("SNS::Topic", "SQS::Queue", "Logs::LogGroup"))

    assert [own] * len(topics) == [it["KmsMasterKeyId"] for it in topics]
    assert [own] * len(queues) == [it["KmsMasterKeyId"] for it in queues]
    assert [own] * len(groups) == [it["KmsKeyId"] for it in groups]
    assert all({"Fn::If": ["HasKmsKeyArn", {"Ref": "AWS::NoValue"}, True]} == it["SqsManagedSseEnabled"] for it in queues)


def test_a_topic_is_told_over_tls_only(deployed: dict[str, Any]) -> None:
    """Each topic refuses a publication without TLS."""
    policies = of_kind(deployed, "AWS::SNS::TopicPolicy").values()
    refused = {
        topic["Ref"]
        for policy in policies
        for it in policy["PolicyDocument"]["Statement"]
        for topic in policy["Topics"]
        if it["Effect"] == "Deny" and it["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }

    assert of_kind(deployed, "AWS::SNS::Topic").keys() == refused


def test_all_alarms_tell_the_operators(deployed: dict[str, Any]) -> None:
    """Each alarm tells the stack's topic and, where there is one, the operator's own."""
    own = {"Fn::If": ["HasAlarmTopicArn", {"Ref": "AlarmTopicArn"}, {"Ref": "AWS::NoValue"}]}
    alarms = of_kind(deployed, "AWS::CloudWatch::Alarm")

    assert [] == [name for name, it in alarms.items() if it["AlarmActions"] != [{"Ref": "OperatorsTopic"}, own]]


def test_concurrency_is_reserved_where_it_is_asked_for(deployed: dict[str, Any]) -> None:
    """The API has a cap, and what enforces deadlines and tells people a reservation, if the parameters are not 0."""
    functions = of_kind(deployed, "AWS::Lambda::Function")
    reserved = {
        name: it["ReservedConcurrentExecutions"] for name, it in functions.items() if "ReservedConcurrentExecutions" in it
    }
    parameters = {"APIHandler": "ApiConcurrency", "SweepShard": "JobConcurrency", "Publish": "JobConcurrency"}

    assert {name: {"Fn::If": [f"Has{it}", {"Ref": it}, {"Ref": "AWS::NoValue"}]} for name, it in parameters.items()} == reserved


def test_push_and_tracing_have_rights_only_where_they_are_on(deployed: dict[str, Any]) -> None:
    """Rights over every push endpoint, and to send traces, exist only with the parameters that need them."""
    policies = {name: it.get("Condition") for name, it in deployed.items() if it["Type"] == "AWS::IAM::Policy"}
    roles = json.dumps([it for it in deployed.values() if it["Type"] == "AWS::IAM::Role"])

    push = {"UsePush": "HasPush", "PushToDevices": "HasPush"}
    keys = {"UseKey": "HasKmsKeyArn", "UseTableKey": "HasTableKmsKeyArn"}
    assert push | keys | {"Trace": "IsTraced"} == policies
    assert "PlatformEndpoint" not in roles
    assert "xray:" not in roles


def test_live_connections_are_deployed_again_when_their_routes_change(production_package: Artefact) -> None:
    """The deployment's name follows the routes: the same for the same ones, another for others; the stage names it."""
    template = template_of(production_package)
    (name,) = (it for it in template["Resources"] if it.startswith(DEPLOYMENT))

    def named_with(expression: str) -> str:
        changed = json.loads(json.dumps(template))
        changed["Resources"][DEPLOYMENT] = changed["Resources"].pop(name)
        changed["Resources"]["WebsocketMessageRoute"]["Properties"]["RouteResponseSelectionExpression"] = expression
        resources = json.loads(finished(json.dumps(changed)))["Resources"]
        (made,) = (it for it in resources if it.startswith(DEPLOYMENT))
        assert {"Ref": made} == resources["WebsocketAPIStage"]["Properties"]["DeploymentId"]
        return str(made)

    assert name == named_with("$default")
    assert name != named_with("$other")


def test_a_package_for_another_processor_is_checked(production_package: Artefact) -> None:
    """A zip whose compiled halves are for x86 is refused for arm64, by name."""
    assert any("is for another processor" in it for it in complaints(production_package.zip, "aarch64"))
    assert any(it.endswith("is missing for this runtime") for it in complaints(production_package.zip, "aarch64"))


def test_an_app_that_does_not_start_is_noticed(production_package: Artefact, tmp_path: Path) -> None:
    """The zip is tried beside the runtime's own packages only, so a module that it lacks is missed here and not in AWS."""
    broken = rewritten(production_package, tmp_path / "z.zip", lambda name, it: None if name.startswith("pydantic/") else it)
    whole = rewritten(production_package, tmp_path / "w.zip", kept)

    assert [] == does_not_start(whole)
    (said,) = does_not_start(broken)
    assert "No module named 'pydantic'" in said


def test_own_policies_and_another_processor_change_nothing_else(tmp_path: Path) -> None:
    """A file of policies takes the place of the tree's, and the processor goes into Chalice's configuration; that is all."""
    ours = tmp_path / "policies.json"
    content = json.loads((ROOT / POLICIES).read_text(encoding="utf-8"))
    content[0]["thread_days"] += 1
    ours.write_text(json.dumps(content), encoding="utf-8")
    plain, chosen = sources(ROOT, Choices()), sources(ROOT, choices("arm64", ours))

    assert {POLICIES, CONFIG} == {name for name in plain if plain[name] != chosen[name]}
    assert ours.read_bytes() == chosen[POLICIES]
    assert ["x86_64", "arm64"] == [json.loads(it[CONFIG])["lambda_architecture"] for it in (plain, chosen)]
    assert plain.keys() == chosen.keys()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '[{"version": "1"}]', '[{"version": "1", "in_force_from": "2020-01-01T00:00:00Z"}]']
)
def test_policies_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    """A file that the deployed functions could not read is refused when packaging, by its name."""
    path = tmp_path / "ours.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LocalCloudError, match=r"ours\.json holds no policies"):
        choices(policies=path)
