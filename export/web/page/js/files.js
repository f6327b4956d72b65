// A visitor's picture file as a small square; what cannot be one says why.
const BYTES = 20e6;
const PIXELS = 64e6;

export async function readSquare(file, side) {
  if (!file) throw new Error("Drop a picture file, please. Received: something else.");
  if (file.size > BYTES) throw new Error(`Pictures have 20 MB at most. Received: ${file.name} of ${(file.size / 1e6).toFixed(0)} MB.`);
  const address = URL.createObjectURL(file);
  try {
    const picture = await load(address, file.name);
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (width * height > PIXELS) {
      throw new Error(`Pictures have 64 million pixels at most. Received: ${file.name} of ${width} x ${height}.`);
    }
    return square(picture, Math.min(width, height), side);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function load(address, name) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = () => reject(new Error(`The file must be a picture, as JPEG, PNG or WebP. Received: ${name}.`));
    picture.src = address;
  });
}

// The middle, on white where the picture is transparent.
function square(picture, whole, side) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.drawImage(picture, (picture.naturalWidth - whole) / 2, (picture.naturalHeight - whole) / 2, whole, whole, 0, 0, side, side);
  return context.getImageData(0, 0, side, side);
}
