"""Who is told what, in which words, and through which SNS topic (section 6)."""
