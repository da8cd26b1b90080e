"""One function per command or question: load, decide, commit."""
