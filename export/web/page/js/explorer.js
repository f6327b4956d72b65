// "Latent explorer": sliders, random codes and the ways between them.
import { between } from "./codes.js";
import { latest } from "./latest.js";
import { openModel } from "./models.js";
import { download, paint } from "./images.js";
import { openSpace } from "./spaces.js";

const STILLS = 7;
const SECONDS = 2.5;

export async function startExplorer(section, entries, runtime) {
  const opened = new Map();
  const explorer = new Explorer(section);
  const select = section.querySelector("select");
  select.replaceChildren(...entries.map(({ name }) => new Option(name)));
  section.querySelector(".choice").hidden = entries.length < 2;
  const choose = async () => {
    const entry = entries[select.selectedIndex];
    if (!opened.has(entry)) opened.set(entry, openSpace(await openModel(entry, runtime)));
    await explorer.show(opened.get(entry));
  };
  select.addEventListener("change", choose);
  await choose();
}

class Explorer {
  constructor(section) {
    const find = (selector) => section.querySelector(selector);
    [this.canvas, this.about, this.list, this.strip, this.code] = [".image", ".about", ".sliders", ".strip", ".python code"].map(find);
    this.request = latest(this.canvas, () => this.render());
    find(".randomize").addEventListener("click", () => this.go(this.space.random()));
    find(".interpolate").addEventListener("click", () => this.interpolate());
    find(".download").addEventListener("click", () => download(this.canvas, `${this.space.model.name}.png`));
  }

  show(space) {
    this.travel = null;
    this.strip.hidden = true;
    this.space = space;
    this.about.textContent = space.about;
    this.inputs = space.sliders.map(({ name, span }, slider) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "range", min: -span, max: span, step: 0.01 });
      input.addEventListener("input", () => {
        this.travel = null;
        this.space.set(slider, input.valueAsNumber);
        label.querySelector("output").value = input.valueAsNumber.toFixed(2);
        this.request();
      });
      label.append(name, document.createElement("output"), input);
      return input;
    });
    this.list.replaceChildren(...this.inputs.map((input) => input.parentElement));
    return this.go(space.code);
  }

  // Moves to a code; the sliders follow.
  go(code) {
    this.travel = null;
    return this.move(code);
  }

  move(code) {
    this.space.go(code);
    this.inputs.forEach((input, slider) => {
      input.value = this.space.get(slider);
      input.previousElementSibling.value = this.space.get(slider).toFixed(2);
    });
    return this.request();
  }

  async render() {
    const space = this.space;
    paint(this.canvas, await space.image());
    this.code.textContent = space.python;
  }

  // Stills of the way to another face, and a film of it, which a visitor who wants no motion is spared.
  async interpolate() {
    const travel = { start: this.space.code, end: Float32Array.from(this.space.target()) };
    this.travel = travel;
    this.strip.hidden = false;
    this.strip.replaceChildren();
    for (let still = 0; still < STILLS; still++) {
      await this.move(between(travel.start, travel.end, still / (STILLS - 1)));
      if (this.travel !== travel) return;
      const copy = Object.assign(document.createElement("canvas"), { width: this.canvas.width, height: this.canvas.height });
      copy.getContext("2d").drawImage(this.canvas, 0, 0);
      this.strip.append(copy);
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const begun = performance.now();
    while (this.travel === travel) {
      const t = Math.min(1, (await frame() - begun) / (1000 * SECONDS));
      if (this.travel !== travel) return;
      await this.move(between(travel.start, travel.end, Math.max(0, t)));
      if (t === 1) this.travel = null;
    }
  }
}

const frame = () => new Promise(requestAnimationFrame);
