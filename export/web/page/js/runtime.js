// onnxruntime-web: on WebGPU where there is a real adapter, else in WebAssembly on one thread, which every server allows.
const BUILDS = {
  webgpu: { name: "WebGPU", file: "ort.jspi.bundle.min.mjs", wasm: "ort-wasm-simd-threaded.jspi.wasm" },
  wasm: { name: "WebAssembly", file: "ort.wasm.bundle.min.mjs", wasm: "ort-wasm-simd-threaded.wasm" },
};

async function hasGPU() {
  if (!("Suspending" in WebAssembly) || !navigator.gpu) return false; // that build waits for the GPU by JSPI
  try {
    const adapter = await navigator.gpu.requestAdapter();
    return Boolean(adapter) && !adapter.info?.isFallbackAdapter; // a GPU in software is slower than WebAssembly
  } catch {
    return false;
  }
}

class Runtime {
  constructor(ort, provider, name) {
    Object.assign(this, { ort, provider, name });
    this.queue = Promise.resolve();
  }

  // A function of {input: tensor} to {output: tensor}. Calls wait for each other: WebGPU sessions run one at a time.
  async open(file) {
    const session = await this.ort.InferenceSession.create(file, { executionProviders: [this.provider] });
    return (inputs) => {
      const run = this.queue.then(() => session.run(inputs));
      this.queue = run.catch(() => {});
      return run;
    };
  }

  tensor(values, shape) {
    return new this.ort.Tensor("float32", values, shape);
  }
}

// The address can ask for one: ?device=wasm or ?device=webgpu.
export async function openRuntime(device = new URLSearchParams(location.search).get("device")) {
  const provider = device in BUILDS ? device : (await hasGPU()) ? "webgpu" : "wasm";
  const build = BUILDS[provider];
  const folder = new URL("../runtime/", import.meta.url);
  const ort = await import(new URL(build.file, folder));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL(build.wasm, folder).href };
  ort.env.logLevel = "error";
  return new Runtime(ort, provider, build.name);
}
