"""Deploy the production package to an AWS account, with AWS's own command line."""

import json
import logging
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localcloud import venvs
from localcloud.deployment.parameters import complete, read
from localcloud.layout import LocalCloudError
from localcloud.packaging.build import Artefact

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """What to deploy to: the stack's name, the bucket that holds package and template, and the file of parameters.

    With `review`, the change set is made and not carried out.
    """

    stack: str
    bucket: str
    parameters: Path
    review: bool = False


def deploy(artefact: Artefact, target: Target) -> None:
    """Upload the package, and create or update the stack from it. Credentials and region are those of the environment.

    LocalCloudError names what is wrong with the parameters, or says that AWS's command line failed: its own words are on
    standard error by then.
    """
    values = complete(json.loads(artefact.template.read_text(encoding="utf-8")), read(target.parameters))
    packaged = artefact.template.with_name("packaged.json")
    where = ["--s3-bucket", target.bucket, "--s3-prefix", target.stack]
    _aws("package", "--template-file", str(artefact.template), *where, "--use-json", "--output-template-file", str(packaged))
    _aws(
        "deploy",
        *("--template-file", str(packaged)),
        *("--stack-name", target.stack),
        *where,  # a template of this size has to come from a bucket
        *("--capabilities", "CAPABILITY_IAM"),
        "--no-fail-on-empty-changeset",
        *(["--no-execute-changeset"] if target.review else []),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in sorted(values.items()))),
    )


def _aws(step: str, *arguments: str) -> None:
    log.info("aws cloudformation %s", step)
    # By its module: the script that pip makes holds the path at which the environment was made.
    program = [str(venvs.ensure("awscli")), "-m", "awscli"]
    done = subprocess.run([*program, "cloudformation", step, *arguments], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise LocalCloudError(f"aws cloudformation {step} failed; its words are above")
