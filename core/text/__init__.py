"""From texts to terms: words, their forms, the vocabulary, and counts."""
