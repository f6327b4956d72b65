"""The zoo: a card (.json), weights (.weights.h5) and a picture (.png) a preset, and the portraits. Data, no code.

The distribution kerasgen brings the cards, as kerasgen.zoo; kerasgen-zoo all of it, as kerasgen_zoo. A checkout has all.
"""
