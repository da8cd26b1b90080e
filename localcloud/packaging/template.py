"""Finish the template that Chalice writes."""

import hashlib
import json
from typing import Any

from infra.table import pointed

DEPLOYMENT = "WebsocketAPIDeployment"
DEPLOYED = (
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::RouteResponse",
    "AWS::ApiGatewayV2::Integration",
)
"""What a deployment of live connections is a copy of."""


def finished(template: str) -> str:
    """Return the template with its references to the table in use, and a deployment of live connections that is named by
    what it deploys.

    CloudFormation makes no new deployment under an old name, so changed routes would never reach the stage. SAM names the
    REST API's deployments like this too.
    """
    content: dict[str, Any] = pointed(json.loads(template))
    resources = content["Resources"]
    copied = {name: it for name, it in sorted(resources.items()) if it["Type"] in DEPLOYED}
    digest = hashlib.sha256(json.dumps(copied, sort_keys=True).encode()).hexdigest()[:10]
    name = f"{DEPLOYMENT}{digest}"
    resources[name] = resources.pop(DEPLOYMENT)
    resources["WebsocketAPIStage"]["Properties"]["DeploymentId"] = {"Ref": name}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"
