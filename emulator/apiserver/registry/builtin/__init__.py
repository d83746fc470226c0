"""The kinds that Kubernetes itself serves: rows of data and, where a kind has rules of its own, a strategy."""
