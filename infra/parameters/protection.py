"""List the parameters that say whose keys encrypt what, and what is logged of access."""

from infra.parameters.row import choice, number, text

KEY_ARN = r"^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$"

PARAMETERS = (
    text(
        "TableKmsKeyArn",
        "The KMS key that encrypts the table: the ARN of your own; empty for the one that AWS keeps for DynamoDB.",
        KEY_ARN,
        "It is the ARN of a KMS key, not of an alias.",
        default="",
        optional=True,
    ),
    text(
        "KmsKeyArn",
        "The KMS key that encrypts topics, queues, logs and files: the ARN of your own; empty for AWS's keys.",
        KEY_ARN,
        "It is the ARN of a KMS key, not of an alias.",
        default="",
        optional=True,
    ),
    text(
        "AccessLogBucket",
        "The bucket that S3 logs every access to the files to; empty for none.",
        r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$",
        "It is the name of a bucket in this region.",
        default="",
        optional=True,
    ),
    number(
        "AuditDays",
        "How many days an entry of the audit of staff and systems is kept.",
        730,
        1,
        3650,
        variable="AUDIT_DAYS",
    ),
    choice(
        "MalwareScan",
        "guardduty if no upload is taken in before GuardDuty Malware Protection has marked it as clean.",
        "off",
        ("off", "guardduty"),
        variable="MALWARE_SCAN",
    ),
    choice(
        "ApiAccessLog",
        "On if API Gateway logs every call, with the caller's address; the account needs a CloudWatch role for that.",
        "off",
        ("off", "on"),
    ),
)
