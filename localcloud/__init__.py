"""Run the whole product on one machine, in a local cloud: the zip that production runs, without Docker or an account.

Nothing in here is ever packaged: `localcloud.packaging.check_zip` fails a zip that holds it.
"""
