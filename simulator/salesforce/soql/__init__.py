"""The query language: text in, matching records out."""
