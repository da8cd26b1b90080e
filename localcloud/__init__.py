"""The whole product on one machine: the artefact production would run, in a local cloud, without Docker or an account.

Nothing in here is ever packaged: `localcloud.packaging.check_zip` fails a zip that holds it.
"""
