// "Draw a face": lines on a board, translated into a portrait as they are drawn.
import { Board } from "./board.js";
import { edges } from "./edges.js";
import { readSquare } from "./files.js";
import { latest } from "./latest.js";
import { openModel } from "./models.js";
import { download, paint, readGrid } from "./images.js";

export async function startDrawing(section, site, entry, runtime) {
  const find = (selector) => section.querySelector(selector);
  const [model, examples] = await Promise.all([openModel(entry, runtime), readGrid(site.drawings)]);
  const board = new Board(find(".lines"), find(".cursor"));
  const portrait = find(".image");
  const message = find(".message");

  const translate = latest(portrait, async () => {
    paint(portrait, await model.translate(board.lines(), board.side));
    await new Promise(requestAnimationFrame); // strokes go first
  });
  board.addEventListener("change", () => {
    find(".undo").disabled = !board.history.length;
    message.textContent = "";
    translate();
  });

  const tools = ["pen", "eraser"];
  for (const tool of tools) {
    find(`.${tool}`).addEventListener("click", () => {
      board.tool = tool;
      for (const each of tools) find(`.${each}`).setAttribute("aria-pressed", each === tool);
    });
  }
  find(".undo").addEventListener("click", () => board.undo());
  find(".clear").addEventListener("click", () => board.clear());
  find(".download").addEventListener("click", () => download(portrait, `${model.name}.png`));
  let shown = 0;
  find(".example").addEventListener("click", () => board.replace(examples[++shown % examples.length]));

  const take = async (file) => {
    try {
      board.replace(edges(await readSquare(file, board.side)));
    } catch (error) {
      message.textContent = error.message;
    }
  };
  const input = find("input[type=file]");
  input.addEventListener("change", async () => {
    await take(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  // Wherever in the section a file falls: else the browser would leave the page and open it.
  section.addEventListener("dragover", (event) => {
    event.preventDefault();
    board.canvas.classList.add("over");
  });
  section.addEventListener("dragleave", () => board.canvas.classList.remove("over"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    board.canvas.classList.remove("over");
    take(event.dataTransfer.files[0]);
  });

  board.context.putImageData(examples[shown], 0, 0); // to start from; nothing to undo yet
  await translate();
}
