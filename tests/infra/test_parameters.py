"""The stack's parameters: what each accepts, and that functions accept the same when they start."""

import re
from pathlib import Path

import pytest

from chalicelib.settings import settings_from
from infra.build import template
from infra.parameters.sections import PARAMETERS
from localcloud.deployment.parameters import complete, read
from localcloud.layout import LocalCloudError

BUILT = template()
NEEDED = {
    "OidcIssuer": "https://login.market.example",
    "AppLinkBase": "https://market.example",
    "AlarmEmail": "a@market.example",
}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
STREAM = "2026-11-27T10:00:00.000"
TEXTS = {
    "OidcIssuer": (
        ["https://login.market.example", "https://login.market.example/realms/x/"],
        ["", "login.market.example", "http://x"],
    ),
    "OidcAudience": (["a", "a,b"], ["", "a, b", ","]),
    "OidcJwksUrl": (["", "https://a.example/jwks.json"], ["http://a.example", "a"]),
    "OidcAudienceClaim": (["aud", "client_id"], ["", "a b", "a,b"]),
    "OidcSubjectClaim": (["sub", "https://market.example/id"], ["", "a b"]),
    "OidcRoleClaim": (["role", "cognito:groups,scope"], ["", "a, b"]),
    "OidcRoles": (["", "shop=seller", "act:x=platform:orders,b=buyer"], ["seller", "shop=", "a=buyer, b=seller"]),
    "AppLinkBase": (
        ["https://market.example", "https://market.example/help"],
        ["", "market.example", "http://market.example", "https://a/?x"],
    ),
    "WebOrigin": (
        ["", "https://market.example", "https://market.example:8443"],
        ["*", "https://market.example/", "market.example"],
    ),
    "MailFrom": (["", "help@market.example"], ["Shop <a@market.example>", "a@b", "a"]),
    "PushFcmArn": (
        ["", "arn:aws:sns:eu-west-1:111122223333:app/GCM/shop"],
        ["shop", "arn:aws:sns:eu-west-1:111122223333:app/APNS/shop"],
    ),
    "PushApnsArn": (
        ["", "arn:aws:sns:eu-west-1:111122223333:app/APNS/shop", "arn:aws:sns:eu-west-1:111122223333:app/APNS_SANDBOX/shop"],
        ["arn:aws:sns:eu-west-1:111122223333:app/GCM/shop"],
    ),
    "SmsCountries": (["", "ES", "ES,PT"], ["es", "ES, PT", "Spain"]),
    "ApiDomainName": (["", "api.market.example"], ["https://api.market.example", "api", "API.market.example", "a.example/x"]),
    "ChatDomainName": (["", "chat.market.example"], ["wss://chat.market.example", "chat"]),
    "ApiCertificateArn": (["", CERTIFICATE], ["api.market.example"]),
    "ChatCertificateArn": (["", CERTIFICATE], ["chat.market.example"]),
    "WebAclArn": (
        ["", "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/1234abcd-12ab-34cd-56ef-1234567890ab"],
        ["arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ),
    "TableKmsKeyArn": (["", KEY], ["alias/shop", "arn:aws:kms:eu-west-1:111122223333:alias/shop"]),
    "KmsKeyArn": (["", KEY], ["alias/shop"]),
    "AccessLogBucket": (["", "shop-logs"], ["s3://shop-logs", "Shop"]),
    "ExistingTableName": (["", "shop-restored", "shop-Table-1ABC_2.3"], ["a", "table/shop", "arn:aws:dynamodb:x"]),
    "ExistingTableStream": (["", STREAM], ["shop-restored", f"arn:aws:dynamodb:eu-west-1:1:table/x/stream/{STREAM}"]),
    "AlarmEmail": (["", "oncall@market.example"], ["oncall", "On call <oncall@market.example>"]),
    "AlarmTopicArn": (
        ["", "arn:aws:sns:eu-west-1:111122223333:oncall"],
        ["oncall", "arn:aws:sns:eu-west-1:111122223333:oncall.fifo"],
    ),
}
"""For each parameter that is a text: what is accepted, and what is not."""
OF_IDENTITY = {
    "OidcIssuer",
    "OidcAudience",
    "OidcJwksUrl",
    "OidcAudienceClaim",
    "OidcSubjectClaim",
    "OidcRoleClaim",
    "OidcRoles",
}
"""The parameters that functions check as a whole when they learn of their provider; tests/api/test_provider.py proves those."""


def test_every_text_has_its_row() -> None:
    """No parameter takes any text at all: each has a pattern, says what fits it, and is tried below."""
    texts = {it.name for it in PARAMETERS if it.pattern}

    assert TEXTS.keys() == texts
    assert [] == [it.name for it in PARAMETERS if it.least is None and not it.choices and not it.pattern]
    assert [] == [it.name for it in PARAMETERS if it.pattern and not it.says]


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_accepted_or_refused(name: str) -> None:
    """A pattern takes what is meant and refuses what would fail later, such as an address without https."""
    pattern = BUILT["Parameters"][name]["AllowedPattern"]
    good, bad = TEXTS[name]

    assert good == [text for text in [*good, *bad] if re.search(pattern, text)]


WITH_VARIABLE = [it for it in PARAMETERS if it.variable and it.name not in OF_IDENTITY]


@pytest.mark.parametrize("row", WITH_VARIABLE, ids=lambda it: it.name)
def test_a_function_accepts_what_the_stack_accepts(row: object) -> None:
    """A setting out of its form or range stops a function at its start, with the variable's name; one in it does not."""
    (it,) = (it for it in WITH_VARIABLE if it is row)
    variable = str(it.variable)
    good, bad = TEXTS.get(it.name, ([], []))
    if it.least is not None and it.most is not None:
        good, bad = [str(it.least), str(it.most)], [str(it.least - 1), "some", "1.5"]
    if it.choices:
        good, bad = [str(choice) for choice in it.choices], ["perhaps"]

    for text in good:
        settings_from({variable: text})
    for text in (text for text in bad if text):
        with pytest.raises(ValueError, match=variable):
            settings_from({variable: text})


def test_what_functions_default_to_is_what_the_stack_defaults_to() -> None:
    """A function that is told nothing behaves as one of a stack that leaves every parameter as it is."""
    told = {str(it.variable): str(it.default) for it in WITH_VARIABLE if it.default is not None}

    assert settings_from({}) == settings_from(told)


def test_what_is_not_given_has_its_default() -> None:
    """Every parameter is sent with a value, so that the file alone says what is deployed."""
    values = complete(BUILT, NEEDED | {"CallsAMinute": "5"})

    assert BUILT["Parameters"].keys() == values.keys()
    assert ("5", "6000", "") == (values["CallsAMinute"], values["PlatformCallsAMinute"], values["WebOrigin"])


WRONG: dict[str, dict[str, str | None]] = {
    "OidcIssuer is missing": {"OidcIssuer": None},
    "Typo is not a parameter of this stack": {"Typo": "1"},
    "CallsAMinute is '0': it is a number from 1 to 1000000": {"CallsAMinute": "0"},
    "ContactsBy is 'me': it is one of person, platform": {"ContactsBy": "me"},
    "AppLinkBase is 'market.example': It begins with https://": {"AppLinkBase": "market.example"},
    "Give AlarmEmail or AlarmTopicArn": {"AlarmEmail": ""},
    "ApiDomainName needs ApiCertificateArn": {"ApiDomainName": "api.market.example"},
    "ExistingTableName needs ExistingTableStream": {"ExistingTableName": "shop-restored"},
    "ExistingTableStream needs ExistingTableName": {"ExistingTableStream": STREAM},
    "DefaultEndpoints=closed needs ApiDomainName": {"DefaultEndpoints": "closed"},
}


@pytest.mark.parametrize("said", WRONG)
def test_what_does_not_fit_is_named(said: str) -> None:
    """Each fault is said with the parameter's name and what to do, before AWS is asked."""
    given = {name: value for name, value in (NEEDED | WRONG[said]).items() if value is not None}

    with pytest.raises(LocalCloudError, match=re.escape(said)):
        complete(BUILT, given)


def test_your_own_names_close_the_default_endpoints() -> None:
    """With both names and their certificates the rules hold."""
    names = {f"{it}DomainName": f"{it.lower()}.market.example" for it in ("Api", "Chat")}
    certificates = {f"{it}CertificateArn": CERTIFICATE for it in ("Api", "Chat")}

    assert "closed" == complete(BUILT, NEEDED | names | certificates | {"DefaultEndpoints": "closed"})["DefaultEndpoints"]


@pytest.mark.parametrize("text", ['{"A": "x=y", "B": 2}', "# of us\n\nA = x=y\nB=2\n"])
def test_a_file_is_json_or_lines(tmp_path: Path, text: str) -> None:
    """Both forms say the same; a value may hold an equals sign."""
    path = tmp_path / "params"
    path.write_text(text, encoding="utf-8")

    assert {"A": "x=y", "B": "2"} == read(path)


@pytest.mark.parametrize("text", ["A", "A=1\nA=2", "{", "[1]", '{"A": [1]}', "=1"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    """The error names the file."""
    path = tmp_path / "params"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(LocalCloudError, match="params"):
        complete(BUILT, NEEDED | read(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error says which file cannot be read."""
    with pytest.raises(LocalCloudError, match="nowhere"):
        read(tmp_path / "nowhere")
