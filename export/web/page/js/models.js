// The networks of a preset as functions from codes, styles or lines to images in [0, 1].
export async function openModel(entry, runtime) {
  const open = async (part) => [part, await runtime.open(new URL(entry.files[part], document.baseURI).href)];
  const networks = Object.fromEntries(await Promise.all(Object.keys(entry.files).map(open)));
  return new Model(entry, networks, runtime);
}

class Model {
  constructor(entry, networks, runtime) {
    Object.assign(this, entry, { networks, runtime });
  }

  // A face from a code, a Float32Array of latent_dim numbers.
  async decode(code) {
    if (this.networks.mapping) return this.synthesize(await this.styles(code));
    return this.generate("decoder", { z: this.runtime.tensor(code, [1, code.length]) }, "image");
  }

  // The styles of a code, moved towards their average by the truncation: a tensor (1, layers, style_dim).
  async styles(code, truncation = 1) {
    const inputs = { z: this.runtime.tensor(code, [1, code.length]), truncation: this.runtime.tensor([truncation], [1, 1]) };
    return (await this.networks.mapping(inputs)).styles;
  }

  synthesize(styles) {
    return this.generate("synthesis", { styles }, "image");
  }

  // A portrait from lines, height x width numbers in [0, 1].
  translate(lines, side) {
    return this.generate("a_to_b", { image: this.runtime.tensor(lines, [1, side, side, 1]) }, "translated");
  }

  async generate(part, inputs, output) {
    const start = performance.now();
    const { data, dims } = (await this.networks[part](inputs))[output];
    performance.measure("face", { start });
    return { data, height: dims[1], width: dims[2], channels: dims[3] };
  }
}
