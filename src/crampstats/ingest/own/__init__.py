"""The user's own file: proposed, mapped, cleaned and logged."""
