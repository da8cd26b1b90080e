"""List the parameters that say who is told of alarms, and what is logged."""

from infra.parameters.row import EMAIL, choice, text

PARAMETERS = (
    text(
        "AlarmEmail",
        "Who is mailed when an alarm goes off. Give this or AlarmTopicArn.",
        EMAIL,
        "It is a bare address such as oncall@market.example.",
        default="",
        optional=True,
    ),
    text(
        "AlarmTopicArn",
        "An SNS topic of yours that is told as well when an alarm goes off. Give this or AlarmEmail.",
        r"^(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256})?$",
        "It is the ARN of a standard SNS topic.",
        default="",
        optional=True,
    ),
    choice(
        "LogLevel",
        "The least severe lines that are logged. Metrics are made of lines of INFO.",
        "INFO",
        ("DEBUG", "INFO", "WARNING", "ERROR"),
        variable="LOG_LEVEL",
    ),
    choice(
        "LogRetentionDays",
        "How long logs are kept.",
        30,
        (1, 7, 14, 30, 60, 90, 180, 365, 400, 545, 731),
    ),
    choice(
        "PaymentsQueueWanted",
        "yes makes a queue with dead letters for the payment system and subscribes it to the payments topic.",
        "no",
        ("yes", "no"),
    ),
    text(
        "ExistingTableName",
        "A table to use instead of the stack's own: one that was restored, or that a deleted stack left. Empty for its own.",
        r"^([A-Za-z0-9_.-]{3,255})?$",
        "It is the name of a table in this account and region.",
        default="",
        optional=True,
    ),
    text(
        "ExistingTableStream",
        "That table's stream of new images: its label, which describe-table gives as LatestStreamLabel.",
        r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z?)?$",
        "It is the label of a stream, such as 2026-11-27T10:00:00.000.",
        default="",
    ),
    choice(
        "StoredForm",
        "packed halves what writes cost and subscribes no phone or device to a topic. It is for new stacks: release 0.2.0 does "
        "not read it, and does not reach people who register then. plain is what 0.2.0 writes.",
        "plain",
        ("plain", "packed"),
        variable="STORED_FORM",
    ),
    choice("Tracing", "Active if X-Ray traces calls and functions.", "PassThrough", ("PassThrough", "Active")),
)
