// Images: from numbers in [0, 1] to canvases and files.
export function toImageData({ data, height, width, channels }) {
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let band = 0; band < 3; band++) {
      image.data[4 * pixel + band] = Math.round(255 * data[channels * pixel + Math.min(band, channels - 1)]);
    }
    image.data[4 * pixel + 3] = 255;
  }
  return image;
}

export function paint(canvas, pixels) {
  const image = pixels instanceof ImageData ? pixels : toImageData(pixels);
  if (canvas.width !== image.width || canvas.height !== image.height) Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  if (!performance.getEntriesByName("first image").length) performance.mark("first image");
}

// The images of a grid, in rows, as ImageData.
export async function readGrid({ file, count, columns }) {
  const grid = new Image();
  grid.src = file;
  await grid.decode();
  const side = grid.naturalWidth / columns;
  const canvas = new OffscreenCanvas(grid.naturalWidth, grid.naturalHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(grid, 0, 0);
  return Array.from({ length: count }, (_, i) => context.getImageData((i % columns) * side, Math.floor(i / columns) * side, side, side));
}

export function download(canvas, name) {
  const link = document.createElement("a");
  link.download = name;
  link.href = canvas.toDataURL("image/png");
  link.click();
}

export function shuffled(items) {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
