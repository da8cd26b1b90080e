"""Make up for differences between MiniStack 1.5.33 and AWS in what they make of a template.

Everything here is only for the local cloud and changes nothing in the package. Each part goes when the engine no longer
needs it.
"""

from collections.abc import Mapping
from typing import Any

from localcloud.aws import Client

# AWS asks of a batch the right to its single call; MiniStack asks for one named after the batch.
BATCHES = {"sqs:SendMessage": "sqs:SendMessageBatch"}
# AWS finds the topic of a subscription and checks the right to that; MiniStack checks the right to everything.
BY_SUBSCRIPTION = ("sns:Unsubscribe", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes")
# AWS checks the right to each parameter of several; MiniStack checks the right to everything.
BY_NAMES = ("ssm:GetParameters",)


def repair_rights(template: dict[str, Any]) -> dict[str, Any]:
    """Add to the roles of `template` the rights that MiniStack asks for and AWS does not; returns it."""
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        for policy in resource["Properties"].get("Policies", []):
            statements = policy["PolicyDocument"]["Statement"]
            actions = {action for statement in statements for action in statement["Action"]}
            for statement in statements:
                statement["Action"] += [BATCHES[action] for action in statement["Action"] if action in BATCHES]
            if unsure := [action for action in (*BY_SUBSCRIPTION, *BY_NAMES) if action in actions]:
                statements.append({"Effect": "Allow", "Action": unsure, "Resource": "*"})
    return template


def repair_transport(template: dict[str, Any]) -> dict[str, Any]:
    """Take out of `template` the policies that ask for TLS, since the engine speaks plain HTTP on loopback; returns it."""
    resources = template["Resources"]
    told = ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy")
    for name in [name for name, it in resources.items() if it["Type"] in told]:
        document = resources[name]["Properties"]["PolicyDocument"]
        document["Statement"] = [it for it in document["Statement"] if "aws:SecureTransport" not in str(it.get("Condition"))]
        if not document["Statement"]:
            del resources[name]
    return template


def repair_alarms(template: dict[str, Any]) -> dict[str, Any]:
    """Take out of `template` the alarms over metric math, which MiniStack does not know; returns it."""
    resources = template["Resources"]
    for name in [name for name, it in resources.items() if it["Type"] == "AWS::CloudWatch::Alarm"]:
        if "Metrics" in resources[name]["Properties"]:
            del resources[name]
    return template


def repair_sockets(template: dict[str, Any], cloud: str) -> dict[str, Any]:
    """Leave out of `template` what MiniStack does by itself (deploying, answering frames), and name its own management API.

    AWS serves each API under its own host name. Here all are at `cloud`, each under its own path. Returns the template.
    """
    kept = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] not in ("AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::RouteResponse")
    }
    for resource in kept.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::ApiGatewayV2::Stage":
            del properties["DeploymentId"]
        if resource["Type"] == "AWS::Lambda::Function":
            endpoint = {"Fn::Sub": f"{cloud}/_aws/execute-api/${{WebsocketAPI}}/api"}
            properties["Environment"]["Variables"]["CHAT_ENDPOINT"] = endpoint
    return template | {"Resources": kept}


def _only(template: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the properties of the template's only resource of that kind."""
    (found,) = (item for item in template["Resources"].values() if item["Type"] == kind)
    properties: dict[str, Any] = found["Properties"]
    return properties


def repair_api(template: Mapping[str, Any], api: str, gateway: Client) -> None:
    """Give the API what MiniStack drops of an imported definition: gateway responses and preflight answers."""
    body = _only(template, "AWS::ApiGateway::RestApi")["Body"]
    for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items():
        gateway.put_gateway_response(restApiId=api, responseType=kind, **response)
    resources = {item["path"]: item["id"] for item in gateway.get_resources(restApiId=api, limit=500)["items"]}
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            integration = operation.get("x-amazon-apigateway-integration", {})
            if integration.get("type") != "mock":
                continue
            for response in integration.get("responses", {}).values():
                parameters = response.get("responseParameters", {})
                target = {"restApiId": api, "resourceId": resources[path], "httpMethod": method.upper()}
                target["statusCode"] = str(response["statusCode"])
                gateway.put_method_response(**target, responseParameters=dict.fromkeys(parameters, False))
                gateway.put_integration_response(**target, responseParameters=parameters)
    stage = _only(template, "AWS::ApiGateway::Stage")
    gateway.create_deployment(restApiId=api, stageName=stage["StageName"])


def keep_api(template: dict[str, Any], deployed: Mapping[str, Any]) -> None:
    """Leave the API of `template` as it is `deployed`: for a changed definition MiniStack makes another API, unlike AWS."""
    template["Resources"]["RestAPI"]["Properties"]["Body"] = deployed["Resources"]["RestAPI"]["Properties"]["Body"]


def add_routes(body: Mapping[str, Any], api: str, gateway: Client) -> None:
    """Give a kept API the routes of `body` that it lacks. Each goes to the function that serves the others."""
    known = {it["path"]: it for it in gateway.get_resources(restApiId=api, limit=500)["items"]}
    health = known["/health"]["id"]
    target = gateway.get_integration(restApiId=api, resourceId=health, httpMethod="GET")["uri"]
    for path in sorted(body["paths"].keys() - known.keys()):
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts) + 1):
            upper, here = "/" + "/".join(parts[: depth - 1]), "/" + "/".join(parts[:depth])
            if here not in known:
                known[here] = gateway.create_resource(restApiId=api, parentId=known[upper]["id"], pathPart=parts[depth - 1])
    for path, operations in body["paths"].items():
        for method in operations.keys() - {it.lower() for it in known[path].get("resourceMethods", {})} - {"options"}:
            place = {"restApiId": api, "resourceId": known[path]["id"], "httpMethod": method.upper()}
            gateway.put_method(**place, authorizationType="NONE")
            gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=target)


def spare_the_machine(functions: Client) -> None:
    """Sweep two shards at a time: here each further one costs another process of some 60 MB."""
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if "ScalingConfig" in mapping:
            functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": 2})


def repair_table(template: Mapping[str, Any], table: str, dynamodb: Client) -> None:
    """Switch on the expiry of items, which MiniStack's CloudFormation leaves out when it makes a table."""
    declared = _only(template, "AWS::DynamoDB::Table")
    if wanted := declared.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)
