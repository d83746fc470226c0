"""A stand-in of the few names that the platform's packager looks at: it imports torch for every model, also for one without torch."""


class Tensor:
    """No model here has one."""


class nn:  # noqa: N801 - torch's name
    """Its layers."""

    class Module:
        """What models of torch are; none here is."""
