// The lines of an image, as the training pairs have them: kerasgen.data.transforms.edges for a square of 64 pixels.
const LINE = 0.8; // of the standard deviation of the difference of Gaussians: what is darker is drawn
const SIGMAS = [1, 1.6]; // pixels
const SPECK = 6; // pixels: what is no larger goes

// An index beyond the border is mirrored at it, the border's pixel twice.
const mirrored = (i, n) => (i < 0 ? -i - 1 : i >= n ? 2 * n - i - 1 : i);

function luma({ data }) {
  return Float64Array.from({ length: data.length / 4 }, (_, i) =>
    ((19595 * data[4 * i] + 38470 * data[4 * i + 1] + 7471 * data[4 * i + 2] + 32768) >> 16) / 255);
}

function median(values, side) {
  return values.map((_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const near = [];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) near.push(values[mirrored(y + dy, side) * side + mirrored(x + dx, side)]);
    }
    return near.sort((a, b) => a - b)[4];
  });
}

function gaussian(values, side, sigma) {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = kernel.reduce((sum, weight) => sum + weight);
  const along = (source, index) => source.map((_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    return kernel.reduce((sum, weight, k) => sum + weight * source[index(y, x, k - radius)], 0) / total;
  });
  const down = along(values, (y, x, shift) => mirrored(y + shift, side) * side + x);
  return along(down, (y, x, shift) => y * side + mirrored(x + shift, side));
}

function removeSpecks(lines, side) {
  const seen = new Uint8Array(lines.length);
  for (let start = 0; start < lines.length; start++) {
    if (!lines[start] || seen[start]) continue;
    const found = [start];
    seen[start] = 1;
    for (let next = 0; next < found.length; next++) {
      const [y, x] = [Math.floor(found[next] / side), found[next] % side];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [top, left] = [y + dy, x + dx];
          const i = top * side + left;
          if (top < 0 || left < 0 || top >= side || left >= side || !lines[i] || seen[i]) continue;
          seen[i] = 1;
          found.push(i);
        }
      }
    }
    if (found.length <= SPECK) for (const i of found) lines[i] = 0;
  }
}

// ImageData, square, to ImageData of black lines on white.
export function edges(image) {
  const side = image.width;
  const smooth = median(luma(image), side);
  const [fine, coarse] = SIGMAS.map((sigma) => gaussian(smooth, side, sigma));
  const difference = fine.map((value, i) => value - coarse[i]);
  const mean = difference.reduce((sum, value) => sum + value) / difference.length;
  const deviation = Math.sqrt(difference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / difference.length);
  const lines = Uint8Array.from(difference, (value) => (value < -LINE * deviation - 1e-3 ? 1 : 0)); // a plain image has none
  removeSpecks(lines, side);
  const drawing = new ImageData(side, side);
  lines.forEach((line, i) => drawing.data.set(line ? [0, 0, 0, 255] : [255, 255, 255, 255], 4 * i));
  return drawing;
}
