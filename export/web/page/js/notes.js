// The note on the data, and the model cards.
function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export function showData(section, data) {
  section.querySelector(".bars").replaceChildren(...Object.entries(data.counts).map(([label, counts]) => {
    const text = counts.map(([name, number]) => `${number.toLocaleString("en")} ${name}`).join(", ");
    const bar = element("div", "", { class: "bar", role: "img", "aria-label": `${label}: ${text}` });
    bar.append(...counts.map(([, number]) => element("i", "", { style: `width: ${(100 * number) / data.total}%` })));
    const row = element("div");
    row.append(element("h3", label[0].toUpperCase() + label.slice(1)), bar, element("p", text));
    return row;
  }));
  section.querySelector(".facts").replaceChildren(...data.paragraphs.flatMap(([title, text]) => [element("dt", title), element("dd", text)]));
}

// {"fid": 1, "floor": {"fid": 0}} as [["fid", 1], ["floor fid", 0]].
function flat(values, prefix = "") {
  return Object.entries(values).flatMap(([name, value]) => {
    const full = `${prefix} ${name.replaceAll("_", " ")}`.trim();
    return value !== null && typeof value === "object" && !Array.isArray(value) ? flat(value, full) : [[full, value]];
  });
}

function cardOf(card) {
  const made = element("details");
  const summary = element("summary", `${card.name} `);
  summary.append(element("span", card.class));
  const list = element("dl");
  const texts = { Description: card.description, Paper: card.paper, Limitations: card.limitations,
    "License of the weights": card.license?.weights, "License of the data": card.license?.data ?? card.license };
  for (const [title, text] of Object.entries(texts)) {
    if (typeof text === "string") list.append(element("dt", title), element("dd", text));
  }
  made.append(summary, list);
  if (card.metrics) {
    const table = element("table");
    table.append(element("caption", "Measured on held-out data", { class: "hint" }), ...flat(card.metrics).map(([name, value]) => {
      const row = element("tr");
      row.append(element("th", name, { scope: "row" }), element("td", String(value)));
      return row;
    }));
    made.append(table);
  }
  return made;
}

export function showCards(section, cards) {
  section.querySelector(".list").replaceChildren(...cards.map(cardOf));
}
