"""`python benchmarks/disentanglement.py`: the scores of the five sprite models in one table, from their cards."""

from __future__ import annotations

from pathlib import Path

from kerasgen.presets.catalog import find_card, read_card

PRESETS = ("vae_sprites", "beta_vae_sprites", "beta_tc_vae_sprites", "factor_vae_sprites", "dip_vae_sprites")
TOTAL_CORRELATION = "total correlation, nats"
COLUMNS = {
    "MIG": lambda m: m["mig"],
    "SAP": lambda m: m["sap"],
    "DCI disentanglement": lambda m: m["dci"]["disentanglement"],
    "DCI completeness": lambda m: m["dci"]["completeness"],
    "DCI informativeness": lambda m: m["dci"]["informativeness"],
    "FactorVAE score": lambda m: m["factor_vae_score"],
    TOTAL_CORRELATION: lambda m: m["total_correlation_nats"],
    "active units": lambda m: m["active_units"],
    "-ELBO, nats": lambda m: m["negative_elbo_nats"],
}
FALLS = [  # the codes' total correlation, from the first to the second, and who says so
    ("vae_sprites", "beta_vae_sprites", "Higgins et al. 2017: a stronger KL presses towards independent codes"),
    ("vae_sprites", "dip_vae_sprites", "Kumar et al. 2018: the covariance of the codes is pushed to the identity"),
    ("beta_vae_sprites", "beta_tc_vae_sprites", "Chen et al. 2018: the total correlation itself is weighed"),
    ("vae_sprites", "factor_vae_sprites", "Kim and Mnih 2018: the total correlation itself is weighed"),
]


def main() -> None:
    scores = {
        preset: {name: column(read_card(find_card(preset)).metrics) for name, column in COLUMNS.items()} for preset in PRESETS
    }
    lines = [
        "# Disentanglement on sprites",
        "",
        "Written by `python benchmarks/disentanglement.py` from the cards, which `kerasgen evaluate` filled.",
        "",
        "| | " + " | ".join(COLUMNS) + " |",
        "|---|" + "---|" * len(COLUMNS),
        *(f"| `{preset}` | " + " | ".join(f"{value:.4g}" for value in row.values()) + " |" for preset, row in scores.items()),
        "",
        f"The {TOTAL_CORRELATION.split(',')[0]} should fall:",
        "",
    ]
    for higher, lower, claim in FALLS:
        before, after = (scores[preset][TOTAL_CORRELATION] for preset in (higher, lower))
        lines.append(
            f"- from `{higher}` to `{lower}` ({claim}): {before:.3g} to {after:.3g}, it "
            f"{'does' if after < before else '**does not**'}."
        )
    Path(__file__).with_name("DISENTANGLEMENT.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
