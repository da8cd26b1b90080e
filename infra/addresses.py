"""Write what stands before the two APIs: own host names, a web firewall, closed default endpoints, and their outputs."""

from typing import Any

from infra.cloudformation import NOTHING, given, ref, resource, sub

SECURE = "TLS_1_2"
CLOSED = {"Fn::If": ["EndpointsAreClosed", True, NOTHING]}
DEFAULT_API = sub("https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api")
DEFAULT_CHAT = "${WebsocketAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"
CHAT_ENDPOINT = given("ChatDomainName", sub("https://${ChatDomainName}"), sub(f"https://{DEFAULT_CHAT}"))
"""The address of live connections as functions are told it."""
ACCESS_LINE = (
    '{"request_id":"$context.requestId","ip":"$context.identity.sourceIp","method":"$context.httpMethod",'
    '"route":"$context.resourcePath","status":"$context.status","latency_ms":"$context.responseLatency",'
    '"bytes":"$context.responseLength","error":"$context.error.responseType","waf":"$context.waf.status"}'
)
"""One line of the API's access log. It has the route and never the path, whose ids are people's."""


def resources() -> dict[str, Any]:
    """Return what is made of parameters, and what is merged into the APIs that Chalice makes."""
    return {
        "ApiDomain": resource(
            "AWS::ApiGateway::DomainName",
            {
                "DomainName": ref("ApiDomainName"),
                "RegionalCertificateArn": given("ApiCertificateArn"),
                "EndpointConfiguration": {"Types": ["REGIONAL"]},
                "SecurityPolicy": SECURE,
            },
            condition="HasApiDomainName",
        ),
        "ApiDomainMapping": resource(
            "AWS::ApiGateway::BasePathMapping",
            {"DomainName": ref("ApiDomain"), "RestApiId": ref("RestAPI"), "Stage": ref("RestAPI.Stage")},
            condition="HasApiDomainName",
        ),
        "ChatDomain": resource(
            "AWS::ApiGatewayV2::DomainName",
            {
                "DomainName": ref("ChatDomainName"),
                "DomainNameConfigurations": [
                    {"CertificateArn": given("ChatCertificateArn"), "EndpointType": "REGIONAL", "SecurityPolicy": SECURE}
                ],
            },
            condition="HasChatDomainName",
        ),
        "ChatDomainMapping": resource(
            "AWS::ApiGatewayV2::ApiMapping",
            {"DomainName": ref("ChatDomain"), "ApiId": ref("WebsocketAPI"), "Stage": ref("WebsocketAPIStage")},
            condition="HasChatDomainName",
        ),
        "WebAclAssociation": resource(
            "AWS::WAFv2::WebACLAssociation",
            {
                "WebACLArn": ref("WebAclArn"),
                "ResourceArn": sub(
                    "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestAPI}/stages/${RestAPI.Stage}"
                ),
            },
            condition="HasWebAclArn",
        ),
        "RestAPI": {
            "Properties": {
                "DisableExecuteApiEndpoint": CLOSED,
                "TracingEnabled": {"Fn::If": ["IsTraced", True, False]},
                "AccessLogSetting": {
                    "Fn::If": [
                        "ApiAccessIsLogged",
                        {"DestinationArn": {"Fn::GetAtt": ["ApiAccessLogs", "Arn"]}, "Format": ACCESS_LINE},
                        NOTHING,
                    ]
                },
            }
        },
        "WebsocketAPI": {"Properties": {"DisableExecuteApiEndpoint": CLOSED}},
    }


def conditions() -> dict[str, Any]:
    """Return the conditions that the addresses name."""
    return {
        "EndpointsAreClosed": {"Fn::Equals": [ref("DefaultEndpoints"), "closed"]},
        "ApiAccessIsLogged": {"Fn::Equals": [ref("ApiAccessLog"), "on"]},
    }


def outputs() -> dict[str, Any]:
    """Return the addresses that clients call, and those that your names have to point to."""
    return {
        "ApiUrl": {"Value": given("ApiDomainName", sub("https://${ApiDomainName}"), DEFAULT_API)},
        "ChatUrl": {"Value": given("ChatDomainName", sub("wss://${ChatDomainName}"), sub(f"wss://{DEFAULT_CHAT}"))},
        "ApiDomainTarget": {
            "Condition": "HasApiDomainName",
            "Description": "Make ApiDomainName a CNAME of it.",
            "Value": {"Fn::GetAtt": ["ApiDomain", "RegionalDomainName"]},
        },
        "ChatDomainTarget": {
            "Condition": "HasChatDomainName",
            "Description": "Make ChatDomainName a CNAME of it.",
            "Value": {"Fn::GetAtt": ["ChatDomain", "RegionalDomainName"]},
        },
    }
