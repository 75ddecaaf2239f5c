"""Who may make releases, how they are numbered, what is told of people and to webhooks. Nothing is read or written."""
