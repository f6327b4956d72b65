"""The zoo: a card (.json), weights (.weights.h5) and an image (.png) for each preset, and the portraits. Data, no code.

The distribution kerasgen installs the cards, as kerasgen.zoo; kerasgen-zoo all of it, as kerasgen_zoo. A checkout has all.
"""
