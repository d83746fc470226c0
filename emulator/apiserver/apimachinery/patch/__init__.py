"""The patch formats, each as a function from an object to another."""
