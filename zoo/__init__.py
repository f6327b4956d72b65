"""The zoo: a card (.json), weights (.weights.h5) and a picture (.png) a preset. Data, no code."""
