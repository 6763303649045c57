"""The history of both databases' tables."""
