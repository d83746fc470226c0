"""Commands of ``ma-emulator``, one per file: ``options`` adds its words to the command line, ``run`` carries it out."""
