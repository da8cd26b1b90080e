"""Write the stack's parameters, and what they have to be together.

A parameter is a row of a module beside this one. One with a `variable` is read by `chalicelib/settings.py`.
"""

from typing import Any

from infra.cloudformation import ref
from infra.parameters import addresses, identity, limits, operation, people, protection
from infra.parameters.row import Parameter

GROUPS = {
    "Identity": identity.PARAMETERS,
    "People and messages": people.PARAMETERS,
    "Limits": limits.PARAMETERS,
    "Addresses": addresses.PARAMETERS,
    "Encryption and logs of access": protection.PARAMETERS,
    "Operation": operation.PARAMETERS,
}
"""The groups in which CloudFormation's console shows them."""
PARAMETERS = tuple(row for rows in GROUPS.values() for row in rows)

RULES: dict[str, Any] = {
    "SomebodyIsToldOfAlarms": {
        "Assertions": [
            {
                "Assert": {
                    "Fn::Not": [{"Fn::And": [{"Fn::Equals": [ref(name), ""]} for name in ("AlarmEmail", "AlarmTopicArn")]}]
                },
                "AssertDescription": "Give AlarmEmail or AlarmTopicArn: alarms that tell nobody are none.",
            }
        ]
    },
    **{
        f"{which}DomainHasItsCertificate": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [ref(f"{which}DomainName"), ""]}]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Equals": [ref(f"{which}CertificateArn"), ""]}]},
                    "AssertDescription": f"{which}DomainName needs {which}CertificateArn.",
                }
            ],
        }
        for which in ("Api", "Chat")
    },
    **{
        f"ExistingTable{one}HasIts{other}": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [ref(f"ExistingTable{one}"), ""]}]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Equals": [ref(f"ExistingTable{other}"), ""]}]},
                    "AssertDescription": f"ExistingTable{one} needs ExistingTable{other}.",
                }
            ],
        }
        for one, other in (("Name", "Stream"), ("Stream", "Name"))
    },
    "ClosedEndpointsHaveOthers": {
        "RuleCondition": {"Fn::Equals": [ref("DefaultEndpoints"), "closed"]},
        "Assertions": [
            {
                "Assert": {"Fn::Not": [{"Fn::Equals": [ref(name), ""]}]},
                "AssertDescription": f"DefaultEndpoints=closed needs {name}: nothing would answer.",
            }
            for name in ("ApiDomainName", "ChatDomainName")
        ],
    },
}
"""What parameters have to be together. CloudFormation refuses a deployment that breaks one, before it changes anything."""


def sections() -> dict[str, Any]:
    """Return the template's sections about parameters, and the variables of every function."""
    optional = {f"Has{row.name}": {"Fn::Not": [{"Fn::Equals": [ref(row.name), ""]}]} for row in PARAMETERS if row.optional}
    interface = [{"Label": {"default": title}, "Parameters": [row.name for row in rows]} for title, rows in GROUPS.items()]
    return {
        "Metadata": {"AWS::CloudFormation::Interface": {"ParameterGroups": interface}},
        "Parameters": {row.name: _parameter(row) for row in PARAMETERS},
        "Rules": RULES,
        "Conditions": optional,
        "Globals": {
            "Function": {"Environment": {"Variables": {it.variable: ref(it.name) for it in PARAMETERS if it.variable}}}
        },
    }


def _parameter(row: Parameter) -> dict[str, Any]:
    numbers = row.least is not None or any(isinstance(it, int) for it in row.choices)
    cells = {
        "Type": "Number" if numbers else "String",
        "Description": row.description,
        "Default": row.default,
        "AllowedPattern": row.pattern,
        "ConstraintDescription": row.says,
        "MinValue": row.least,
        "MaxValue": row.most,
        "AllowedValues": list(row.choices) or None,
    }
    return {name: value for name, value in cells.items() if value is not None}
