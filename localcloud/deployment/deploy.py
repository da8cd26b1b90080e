"""Deploy a package as a CloudFormation change set, as production does."""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud import venvs
from localcloud.aws import Client
from localcloud.deployment.repairs import (
    add_routes,
    keep_api,
    repair_alarms,
    repair_api,
    repair_rights,
    repair_sockets,
    repair_table,
    repair_transport,
    spare_the_machine,
)
from localcloud.layout import LocalCloudError
from localcloud.ministack import REGION
from localcloud.packaging.build import Artefact

log = logging.getLogger(__name__)
BUCKET = "deployments"
PATIENCE = 120.0  # seconds for a stack


def to_cloudformation(artefact: Artefact, bucket: str, key: str) -> dict[str, Any]:
    """Return the package's template as plain CloudFormation whose functions take their code from `bucket`/`key`."""
    template = json.loads(artefact.template.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return translated(template)


def translated(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return a SAM template as plain CloudFormation. LocalCloudError says why it cannot be translated."""
    script = Path(__file__).with_name("sam_to_cfn.py")
    done = subprocess.run(
        [str(venvs.ensure("sam")), "-I", str(script), REGION],
        input=json.dumps(template),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"the template cannot be translated:\n{done.stderr[-3000:]}"
        raise LocalCloudError(message)
    plain: dict[str, Any] = json.loads(done.stdout)
    return plain


def fitting(parameters: Mapping[str, str], artefact: Artefact) -> dict[str, str]:
    """Return those of `parameters` that the package's template has: an older release has fewer."""
    declared = json.loads(artefact.template.read_text(encoding="utf-8"))["Parameters"]
    return {name: value for name, value in parameters.items() if name in declared}


def repaired(template: dict[str, Any], cloud: str) -> dict[str, Any]:
    """Return a plain template as the engine at `cloud` can deploy it."""
    return repair_sockets(repair_alarms(repair_transport(repair_rights(template))), cloud)


def deploy(artefact: Artefact, stack: str, parameters: Mapping[str, str], aws: Callable[[str], Client]) -> dict[str, str]:
    """Create or update `stack` from the package and return its outputs; LocalCloudError names what failed."""
    s3, cloudformation = aws("s3"), aws("cloudformation")
    known = _exists(cloudformation, stack)
    if BUCKET not in [it["Name"] for it in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    key = f"{artefact.digest}.zip"
    s3.put_object(Bucket=BUCKET, Key=key, Body=artefact.zip.read_bytes())
    template = repaired(to_cloudformation(artefact, BUCKET, key), s3.meta.endpoint_url)
    wanted = template["Resources"]["RestAPI"]["Properties"]["Body"]
    if known:
        keep_api(template, cloudformation.get_template(StackName=stack)["TemplateBody"])
    change_set = f"c{artefact.digest[:12]}-{time.time_ns()}"
    # By address: a template in the request itself may have no more than 51,200 bytes.
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template).encode())
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=change_set,
        ChangeSetType="UPDATE" if known else "CREATE",
        TemplateURL=f"{s3.meta.endpoint_url}/{BUCKET}/template.json",
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    if _planned(cloudformation, stack, change_set):
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=change_set)
    outputs = _finished(cloudformation, stack)
    add_routes(wanted, outputs["RestAPIId"], aws("apigateway"))
    repair_api(template, outputs["RestAPIId"], aws("apigateway"))
    repair_table(template, outputs["TableName"], aws("dynamodb"))
    spare_the_machine(aws("lambda"))
    return outputs


def _exists(cloudformation: Client, stack: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack)
    except ClientError:
        return False
    return True


def _planned(cloudformation: Client, stack: str, change_set: str) -> bool:
    """Wait for the plan; True when there is something to do."""
    for _ in range(int(PATIENCE / 0.1)):
        plan = cloudformation.describe_change_set(StackName=stack, ChangeSetName=change_set)
        if plan["Status"] == "CREATE_COMPLETE":
            return True
        if plan["Status"] == "FAILED":
            reason = plan.get("StatusReason", "")
            if "didn't contain changes" in reason:
                return False
            message = f"the template was refused: {reason}"
            raise LocalCloudError(message)
        time.sleep(0.1)
    message = "the change set was not planned in time"
    raise LocalCloudError(message)


def _finished(cloudformation: Client, stack: str) -> dict[str, str]:
    for _ in range(int(PATIENCE / 0.1)):
        state = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        if state["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return {item["OutputKey"]: item["OutputValue"] for item in state["Outputs"]}
        if not state["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.1)
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failures = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in events
        if "FAILED" in event["ResourceStatus"]
    ]
    message = f"the stack is {state['StackStatus']}:\n  " + "\n  ".join(failures)
    raise LocalCloudError(message)
