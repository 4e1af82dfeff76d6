"""Moving the articles from one index into the next, while others write and search."""
