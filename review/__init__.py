"""The offline desk: opens what was sealed for its vaults, shows it, and seals the answers.

Nothing is imported here: the keeper, which is part of this package, must not carry the web application along.
"""
