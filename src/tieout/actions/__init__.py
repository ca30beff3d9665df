"""What a person can ask for: one verb a module. Each takes the `Home` to work in and the `Actor` who asks."""
