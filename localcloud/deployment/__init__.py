"""Deploy a package to the local engine, as CloudFormation deploys it to AWS."""
