// A visitor's image file as a small square; what cannot be one says why.
const BYTES = 20e6;
const PIXELS = 64e6;

export async function readSquare(file, side) {
  if (!file) throw new Error("Drop an image file, please. Received: something else.");
  if (file.size > BYTES) throw new Error(`Images have 20 MB at most. Received: ${file.name} of ${(file.size / 1e6).toFixed(0)} MB.`);
  const address = URL.createObjectURL(file);
  try {
    const image = await load(address, file.name);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width * height > PIXELS) {
      throw new Error(`Images have 64 million pixels at most. Received: ${file.name} of ${width} x ${height}.`);
    }
    return square(image, Math.min(width, height), side);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function load(address, name) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`The file must be an image, as JPEG, PNG or WebP. Received: ${name}.`));
    image.src = address;
  });
}

// The middle, on white where the image is transparent.
function square(image, whole, side) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.drawImage(image, (image.naturalWidth - whole) / 2, (image.naturalHeight - whole) / 2, whole, whole, 0, 0, side, side);
  return context.getImageData(0, 0, side, side);
}
