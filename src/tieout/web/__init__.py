"""Pages for people and an API for programs, thin over the actions. Everything works without JavaScript."""
