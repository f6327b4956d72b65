// Work that follows a hand: while it runs, wishes are not queued, and the last one is done afterwards.
export function latest(work) {
  let running = null;
  let again = false;
  return function request() {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          await work();
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}
