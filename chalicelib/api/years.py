"""The years of the times that this API takes."""

FIRST_YEAR, LAST_YEAR = 1990, 2100
