"""For tests of what is built on Michelangelo: a pytest plugin, and containers for people who have Docker."""
