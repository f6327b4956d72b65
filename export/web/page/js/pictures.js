// Pictures: from numbers in [0, 1] to canvases and files.
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

export function paint(canvas, picture) {
  const image = picture instanceof ImageData ? picture : toImageData(picture);
  if (canvas.width !== image.width || canvas.height !== image.height) Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  if (!performance.getEntriesByName("first picture").length) performance.mark("first picture");
}

// The pictures of a sheet, in rows, as ImageData.
export async function readSheet({ file, count, columns }) {
  const sheet = new Image();
  sheet.src = file;
  await sheet.decode();
  const side = sheet.naturalWidth / columns;
  const canvas = new OffscreenCanvas(sheet.naturalWidth, sheet.naturalHeight);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(sheet, 0, 0);
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
