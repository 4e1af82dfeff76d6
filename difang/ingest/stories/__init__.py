"""Stories: which articles tell the same thing in nearly the same words, reprints above all."""
