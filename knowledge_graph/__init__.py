"""What Chinese medicine says, as tables with sources: herbs, formulas, syndromes, signs, and what is safe."""
