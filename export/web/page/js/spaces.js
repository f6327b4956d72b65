// What the explorer's sliders move: a VAE's code itself, or the styles of a style-based generator along directions.
import { normalCode } from "./codes.js";

const TRUNCATION = 0.7; // of styles: less strange faces
const pick = (items) => items[Math.floor(Math.random() * items.length)];
const numbers = (code) => `[${Array.from(code, (value) => +value.toFixed(4)).join(", ")}]`;

class CodeSpace {
  constructor(model) {
    this.model = model;
    this.about = `A VAE keeps a face as ${model.latent_dim} numbers. These are the ${model.order.length} that tell most of it, in nats `
      + "(the mean KL over held-out portraits); it starts from the code of one of these.";
    this.code = Float32Array.from(pick(model.starts));
    this.sliders = model.order.map((dimension, i) => ({ name: `Number ${dimension}, ${model.cost[i].toFixed(2)} nats`, span: 3 }));
  }

  get(slider) {
    return this.code[this.model.order[slider]];
  }

  set(slider, value) {
    this.code[this.model.order[slider]] = value;
  }

  go(code) {
    this.code = Float32Array.from(code);
  }

  random() {
    return normalCode(this.model.latent_dim);
  }

  // Where an interpolation goes: to another held-out portrait, as a VAE knows their codes best.
  target() {
    const others = this.model.starts.filter((code) => code.some((value, i) => Math.abs(value - this.code[i]) > 1e-3));
    return pick(others);
  }

  image() {
    return this.model.decode(this.code);
  }

  get python() {
    return `import kerasgen, numpy\n\ncode = numpy.array(${numbers(this.code)})\nkerasgen.load("${this.model.name}").decode(code[None])`;
  }
}

class StyleSpace {
  constructor(model) {
    this.model = model;
    this.about = "A style-based generator makes a face of styles, one for each layer. Each slider moves them all: towards what a "
      + "classifier of the training images calls so, or along an axis in which faces differ most.";
    this.sliders = model.directions.map(({ name }) => ({ name, span: 3 }));
    this.go(this.random());
  }

  get(slider) {
    return this.amounts[slider];
  }

  set(slider, value) {
    this.amounts[slider] = value;
  }

  go(code) {
    this.code = Float32Array.from(code);
    this.amounts = this.sliders.map(() => 0);
  }

  random() {
    return normalCode(this.model.latent_dim);
  }

  target() {
    return this.random();
  }

  async image() {
    const { data, dims } = await this.model.styles(this.code, TRUNCATION);
    const moved = data.map((value, i) => this.model.directions.reduce(
      (sum, { vector, deviation }, slider) => sum + this.amounts[slider] * deviation * vector[i % vector.length], value));
    return this.model.synthesize(this.model.runtime.tensor(moved, dims));
  }

  get python() {
    return `import kerasgen, numpy\n\ncode = numpy.array(${numbers(this.code)})\nmodel = kerasgen.load("${this.model.name}")\n`
      + `model.synthesize(model.styles(code[None], ${TRUNCATION}))  # before the sliders move it`;
  }
}

export const openSpace = (model) => (model.kind === "style" ? new StyleSpace(model) : new CodeSpace(model));
