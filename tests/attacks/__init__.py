"""The gallery: what a hostile submitter, keyholder, courier or server may try, and what is said to it.

`docs/attacks.md` lists every attack with who can do it, what is said, and the test that does it. Each test holds its
control: the same thing done honestly is taken.
"""
