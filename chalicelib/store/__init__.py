"""Keep all state in one DynamoDB table: key scheme, items, and one transaction for each command."""
