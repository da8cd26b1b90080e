"""Build the template of the cloud resources that Chalice does not make itself; it is merged into Chalice's.

Alarms, logs, queues, topics, the dashboard and the gateway's own answers are rows in tables, each with its reason.
`resources.json` holds the rest, in CloudFormation's own words; `build` puts both together.
"""
