"""DynamoDB in process: the table that the tests, the replay and the benchmarks run on."""
