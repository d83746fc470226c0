"""CEL: the rules of ``x-kubernetes-validations``, in an engine of our own."""
