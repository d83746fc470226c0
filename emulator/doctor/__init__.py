"""Looks at a registry from outside, ours or anybody's, and names what is wrong, by what it sees, and what cures it.

Nothing is written: what cannot be seen without writing is said to be untested (see ``permissions`` for the one exception).
"""
