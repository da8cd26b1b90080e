"""What an operator runs against a deployed stack: `python -m ops COMMAND --stack NAME`. None of it is deployed."""
