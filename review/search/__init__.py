"""Finding words in a vault: how they are cut, what is indexed, and where the index lies."""
