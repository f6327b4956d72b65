// Images that follow a hand: while it runs, wishes are not queued, and the last one is done afterwards.
export function latest(canvas, work) {
  let running = null;
  let again = false;
  return function request() {
    again = true;
    running ??= (async () => {
      canvas.setAttribute("aria-busy", "true");
      try {
        while (again) {
          again = false;
          await work();
        }
      } finally {
        canvas.removeAttribute("aria-busy");
        running = null;
      }
    })();
    return running;
  };
}
