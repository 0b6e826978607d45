"""Where codes and message ids become sentences that a person reads."""
