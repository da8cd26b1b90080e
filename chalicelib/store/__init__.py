"""State in one DynamoDB table: key scheme, items, and one transaction per command."""
