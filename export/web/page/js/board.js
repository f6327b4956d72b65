// A drawing board: black and white pixels, as many as the network takes; by pen, finger or keyboard.
export const WIDTHS = { pen: 2, eraser: 6 }; // pixels
const COLORS = { pen: "#000", eraser: "#fff" };
const UNDO = 50;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Board extends EventTarget {
  constructor(canvas, cursor) {
    super();
    Object.assign(this, { canvas, cursor, tool: "pen", history: [], at: [canvas.width / 2, canvas.height / 2], held: false });
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.fill();
    this.listen();
    this.place();
  }

  get side() {
    return this.canvas.width;
  }

  get isEmpty() {
    return !this.lines().includes(0);
  }

  // 0 where there is a line, 1 elsewhere.
  lines() {
    const { data } = this.context.getImageData(0, 0, this.side, this.side);
    return Float32Array.from({ length: this.side * this.side }, (_, i) => (data[4 * i] < 128 ? 0 : 1));
  }

  // Replaces the drawing by ImageData of black and white.
  replace(image) {
    this.remember();
    this.context.putImageData(image, 0, 0);
    this.changed();
  }

  clear() {
    this.remember();
    this.fill();
    this.changed();
  }

  undo() {
    const before = this.history.pop();
    if (before) this.context.putImageData(before, 0, 0);
    this.changed();
  }

  fill() {
    this.context.fillStyle = COLORS.eraser;
    this.context.fillRect(0, 0, this.side, this.side);
  }

  remember() {
    this.history.push(this.context.getImageData(0, 0, this.side, this.side));
    if (this.history.length > UNDO) this.history.shift();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  begin(at) {
    this.remember();
    this.held = true;
    this.at = at;
    this.lineTo(at);
  }

  lineTo([x, y]) {
    const width = WIDTHS[this.tool];
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(x - this.at[0], y - this.at[1]))); // half a pixel each
    this.context.fillStyle = COLORS[this.tool];
    for (let step = 0; step <= steps; step++) {
      const [left, top] = [x, y].map((end, i) => Math.round(this.at[i] + (end - this.at[i]) * (step / steps) - width / 2));
      this.context.fillRect(left, top, width, width);
    }
    this.at = [x, y];
    this.changed();
  }

  listen() {
    const where = (event) => [event.offsetX, event.offsetY].map((value) => (value * this.side) / this.canvas.clientWidth);
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.begin(where(event));
    });
    this.canvas.addEventListener("pointermove", (event) => this.held && event.buttons && this.lineTo(where(event)));
    for (const name of ["pointerup", "pointercancel", "blur"]) this.canvas.addEventListener(name, () => (this.held = false));
    this.canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step && event.key !== " ") return;
      event.preventDefault();
      if (step) this.step(step.map((value) => value * (event.shiftKey ? 4 : 1)));
      else if (!event.repeat) this.begin(this.at);
    });
    this.canvas.addEventListener("keyup", (event) => event.key === " " && (this.held = false));
  }

  step(by) {
    const to = this.at.map((value, i) => Math.min(this.side, Math.max(0, value + by[i])));
    if (this.held) this.lineTo(to);
    this.at = to;
    this.place();
  }

  place() {
    [this.cursor.style.left, this.cursor.style.top] = this.at.map((value) => `${(100 * value) / this.side}%`);
  }
}
