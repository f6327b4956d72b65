// Codes of N(0, I), and the ways between them.
export function normalCode(size) {
  return Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random())); // Box and Muller 1958
    return radius * Math.cos(2 * Math.PI * Math.random());
  });
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// Spherical, which keeps the length typical of N(0, I) (Shoemake 1985); codes in one line are joined linearly.
export function between(start, end, t) {
  const lengths = Math.sqrt(dot(start, start) * dot(end, end));
  const angle = lengths ? Math.acos(Math.min(1, Math.max(-1, dot(start, end) / lengths))) : 0;
  const sine = Math.sin(angle);
  const [a, b] = sine < 1e-6 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return start.map((value, i) => a * value + b * end[i]);
}
