"""What the views show and ask, decided without Qt."""
