// Starts the parts of the page that its models allow.
import { showData, showCards } from "./notes.js";
import { openRuntime } from "./runtime.js";
import { startQuiz } from "./quiz.js";
import { startExplorer } from "./explorer.js";
import { startDrawing } from "./draw.js";

const section = (id) => document.getElementById(id);

function show(id) {
  section(id).hidden = false;
  document.querySelector(`nav a[href="#${id}"]`).parentElement.hidden = false;
}

function tell(site, runtime) {
  const footer = document.querySelector(".runtime");
  const text = `Run by ${site.runtime.package} ${site.runtime.version} on ${runtime.name}`;
  footer.textContent = `${text}.`;
  new PerformanceObserver((list) => {
    const took = list.getEntriesByName("face").at(-1)?.duration;
    if (took) footer.textContent = `${text}; the last face took ${took.toFixed(0)} ms.`;
    performance.clearMeasures("face");
  }).observe({ entryTypes: ["measure"] });
}

let runtime;

async function start() {
  const site = await (await fetch("site.json")).json();
  showData(section("data"), site.data);
  showCards(section("cards"), site.cards);
  if (window.kerasgenProblem) return;

  const translators = site.models.filter((entry) => entry.kind === "translator");
  const explored = site.models.filter((entry) => entry.kind === "vae" || entry.kind === "style");
  const generators = site.models.filter((entry) => entry.kind !== "translator");
  if (generators.length) show("quiz");
  if (explored.length) show("explorer");
  if (translators.length) show("draw");

  runtime = await openRuntime();
  tell(site, runtime);
  // One after another: what is at the top is there first.
  if (generators.length) await startQuiz(section("quiz"), site, generators, runtime);
  if (explored.length) await startExplorer(section("explorer"), explored, runtime);
  if (translators.length) await startDrawing(section("draw"), site, translators[0], runtime);
  document.body.dataset.ready = "true";
}

function complain(text) {
  const notice = section("notice");
  notice.textContent = text;
  notice.hidden = false;
}

addEventListener("unhandledrejection", ({ reason }) => complain(`Something went wrong: ${reason.message ?? reason}.`));

start().catch((error) => {
  console.error(error);
  if (runtime?.provider === "webgpu") location.search = "?device=wasm"; // a driver that promises too much
  complain(`The networks could not be started: ${error.message ?? error}. Reloading the page may help.`);
});
