"""List the parameters that say under which names the API answers, and what stands before it."""

from infra.parameters.row import choice, text

CERTIFICATE_ARN = r"^(arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+)?$"
DOMAIN_NAME = r"^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]{2,63})?$"

PARAMETERS = (
    text(
        "ApiDomainName",
        "Your own host name of the API, such as api.market.example; empty for AWS's.",
        DOMAIN_NAME,
        "It is a host name in small letters, without https:// or a path.",
        default="",
        optional=True,
    ),
    text(
        "ApiCertificateArn",
        "The certificate of ApiDomainName, in ACM of this region.",
        CERTIFICATE_ARN,
        "It is the ARN of an ACM certificate.",
        default="",
        optional=True,
    ),
    text(
        "ChatDomainName",
        "Your own host name of live connections, such as chat.market.example; empty for AWS's.",
        DOMAIN_NAME,
        "It is a host name in small letters, without wss:// or a path.",
        default="",
        optional=True,
    ),
    text(
        "ChatCertificateArn",
        "The certificate of ChatDomainName, in ACM of this region.",
        CERTIFICATE_ARN,
        "It is the ARN of an ACM certificate.",
        default="",
        optional=True,
    ),
    choice(
        "DefaultEndpoints",
        "Closed if only your own host names answer, so that nobody goes round what stands before them.",
        "open",
        ("open", "closed"),
    ),
    text(
        "WebAclArn",
        "The web ACL (AWS WAF, regional) that looks at the API's calls; empty for none.",
        r"^(arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[a-f0-9-]+)?$",
        "It is the ARN of a regional web ACL of WAFv2.",
        default="",
        optional=True,
    ),
    choice(
        "ApiDocs",
        "Off if the API does not show its own description (/openapi.json, /docs).",
        "on",
        ("on", "off"),
        variable="API_DOCS",
    ),
)
