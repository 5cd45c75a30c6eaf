"""The guest pages: thin; they ask selectors, call services and print view models."""
