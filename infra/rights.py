"""Write the rights that some functions have only where a parameter asks for them."""

from typing import Any

from infra.cloudformation import ref, resource, sub
from infra.functions import FUNCTIONS

PUSHES = ("ApiHandlerRole", "SweepShardRole", "DeviceFailedRole")
"""The roles that register devices, look for them and forget them."""
SENDS = ("PublishRole", "SweepShardRole")
"""The roles that send messages to people."""


def resources() -> dict[str, Any]:
    """Return the policies, each for the roles that need it."""
    table = [row.its_role for row in FUNCTIONS if row.table]
    encrypted = [row.its_role for row in FUNCTIONS if row.encrypted]
    return {
        "UseTableKey": _policy("HasTableKmsKeyArn", "use-table-key", table, [_use_key("TableKmsKeyArn", "dynamodb")]),
        "UseKey": _policy("HasKmsKeyArn", "use-key", encrypted, [_use_key("KmsKeyArn", "sns", "sqs", "s3")]),
        "UsePush": _policy("HasPush", "use-push", PUSHES, PUSH),
        "PushToDevices": _policy("HasPush", "push-to-devices", SENDS, TO_DEVICES),
        "Trace": _policy("IsTraced", "trace", [row.its_role for row in FUNCTIONS], TRACE),
    }


def conditions() -> dict[str, Any]:
    """Return the conditions of the policies that are not those of one parameter."""
    push = [{"Condition": f"Has{name}"} for name in ("PushFcmArn", "PushApnsArn")]
    return {"HasPush": {"Fn::Or": push}, "IsTraced": {"Fn::Equals": [ref("Tracing"), "Active"]}}


def _policy(condition: str, name: str, roles: list[str] | tuple[str, ...], statements: list[dict[str, Any]]) -> dict[str, Any]:
    properties = {
        "PolicyName": name,
        "Roles": [ref(role) for role in roles],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    return resource("AWS::IAM::Policy", properties, condition=condition)


def _use_key(parameter: str, *services: str) -> dict[str, Any]:
    """Return the right to use a key, only through those services of this region."""
    return {
        "Sid": "UseTheKeyThroughWhatItEncrypts",
        "Effect": "Allow",
        "Action": [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        "Resource": [ref(parameter)],
        "Condition": {"StringEquals": {"kms:ViaService": [sub(f"{it}.${{AWS::Region}}.amazonaws.com") for it in services]}},
    }


PUSH = [
    {
        "Sid": "KeepDevicesWhichIamTiesToNoResource",
        "Effect": "Allow",
        "Action": [
            "sns:CreatePlatformEndpoint",
            "sns:GetEndpointAttributes",
            "sns:SetEndpointAttributes",
            "sns:DeleteEndpoint",
        ],
        "Resource": ["*"],
    }
]
TO_DEVICES = [
    {
        "Sid": "PushToDevices",
        "Effect": "Allow",
        "Action": ["sns:Publish"],
        # The local engine names an endpoint after its application.
        "Resource": [sub(f"arn:${{AWS::Partition}}:sns:*:${{AWS::AccountId}}:{kind}/*") for kind in ("endpoint", "app")],
    }
]
TRACE = [
    {
        "Sid": "SendTracesWhichIamTiesToNoResource",
        "Effect": "Allow",
        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "Resource": ["*"],
    }
]
