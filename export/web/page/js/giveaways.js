// Where models give themselves away, by the kind of model; seen in their images.
const ANY = [
  "Look at the collar: tailors make two equal halves and a knot between them, models a pale smear.",
  "Look at the eyes: real ones look at one point and reflect the same lamp, generated ones often disagree.",
  "Look at the ears: they are rare in these images and differ so much that models leave them out or let them melt into the hair.",
  "Glasses are a good sign of a photograph: their frames are thin, straight and closed, which is hard to generate.",
  "Letters, frames and the edge of a card are signs of a photograph: models make of them scratches that nobody can read.",
  "Look at the line between hair and background: strands in photographs, a torn edge in generated faces.",
];
const BY_CLASS = {
  VAE: ["It is blurred everywhere alike: a VAE gives the average of all faces that it holds possible, and hair and collars go first."],
  DCGAN: [
    "Look at the background: a fine grid and speckles beside the head, which the generator's layers leave behind.",
    "Red and blue specks beside the head are what is left of the flags in the official portraits.",
  ],
  R3GAN: [
    "It looks painted: sharp strokes, but cheeks and forehead in flat patches that no lamp would make.",
    "Look at the shaded half of the face: an eye there often dissolves or is left out.",
  ],
  StyleGAN: ["Look for spots and waves in hair and background that no lens makes."],
};

// A blurred face tells nothing of collars: a VAE has its own sentence only.
export function giveaway(cls) {
  const own = BY_CLASS[cls] ?? [];
  const choices = cls.endsWith("VAE") ? BY_CLASS.VAE : Math.random() < 0.6 && own.length ? own : ANY;
  return choices[Math.floor(Math.random() * choices.length)];
}
