"""Papers for people: content as plain data, then PDF. Nothing here reads a store or measures anything."""
