"""`python benchmarks/disentanglement.py`: the scores of the five models of sprites in one table, from their cards."""

from __future__ import annotations

from pathlib import Path

from kerasgen.card import read_card
from kerasgen.presets import find_card

PRESETS = ("vae_sprites", "beta_vae_sprites", "beta_tc_vae_sprites", "factor_vae_sprites", "dip_vae_sprites")
COLUMNS = {
    "MIG": lambda m: m["mig"],
    "SAP": lambda m: m["sap"],
    "DCI disentanglement": lambda m: m["dci"]["disentanglement"],
    "DCI completeness": lambda m: m["dci"]["completeness"],
    "DCI informativeness": lambda m: m["dci"]["informativeness"],
    "FactorVAE score": lambda m: m["factor_vae_score"],
    "total correlation, nats": lambda m: m["total_correlation_nats"],
    "active units": lambda m: m["active_units"],
    "-ELBO, nats": lambda m: m["negative_elbo_nats"],
}


def main() -> None:
    lines = ["# Disentanglement on sprites", "", "Written by `python benchmarks/disentanglement.py` from the cards, which "
             "`kerasgen evaluate` filled.", "", "| | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    for preset in PRESETS:
        metrics = read_card(find_card(preset))["metrics"]
        lines.append(f"| `{preset}` | " + " | ".join(f"{column(metrics):.4g}" for column in COLUMNS.values()) + " |")
    Path(__file__).with_name("DISENTANGLEMENT.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
