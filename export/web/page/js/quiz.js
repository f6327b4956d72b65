// "Which face is real?": a held-out portrait beside a face drawn now.
import { normalCode } from "./codes.js";
import { giveaway } from "./giveaways.js";
import { openModel } from "./models.js";
import { paint, readSheet, shuffled } from "./pictures.js";

export async function startQuiz(section, site, entries, runtime) {
  const [portraits, first] = await Promise.all([readSheet(site.portraits), openModel(entries[0], runtime)]);
  const quiz = new Quiz(section, portraits, [first]);
  await quiz.next();
  for (const entry of entries.slice(1)) quiz.models.push(await openModel(entry, runtime));
}

class Quiz {
  constructor(section, portraits, models) {
    Object.assign(this, { portraits, models, unseen: [], asked: 0, right: 0, streak: 0, best: 0 });
    this.faces = [...section.querySelectorAll(".face")];
    this.verdict = section.querySelector(".verdict");
    this.score = section.querySelector(".score");
    this.button = section.querySelector(".next");
    this.faces.forEach((face, side) => face.addEventListener("click", () => this.answer(side)));
    this.button.addEventListener("click", async () => {
      await this.next();
      this.faces[0].focus();
    });
  }

  async next() {
    this.button.disabled = true;
    this.model = this.models[Math.floor(Math.random() * this.models.length)];
    if (!this.unseen.length) this.unseen = shuffled(this.portraits);
    const drawn = await this.model.decode(normalCode(this.model.latent_dim));
    this.real = Math.random() < 0.5 ? 0 : 1;
    paint(this.faces[this.real].querySelector("canvas"), this.unseen.pop());
    paint(this.faces[1 - this.real].querySelector("canvas"), drawn);
    this.faces.forEach((face, side) => {
      face.disabled = false;
      face.classList.remove("right", "wrong");
      face.querySelector(".label").textContent = side ? "Right portrait" : "Left portrait";
    });
    this.verdict.textContent = "";
    this.verdict.classList.remove("right", "wrong");
  }

  answer(side) {
    const right = side === this.real;
    this.asked += 1;
    this.right += right;
    this.streak = right ? this.streak + 1 : 0;
    this.best = Math.max(this.best, this.streak);
    this.faces.forEach((face, each) => {
      face.disabled = true;
      face.querySelector(".label").textContent = each === this.real ? "Real, held out" : `Drawn by ${breakable(this.model.name)}`;
    });
    this.faces[side].classList.add(right ? "right" : "wrong");
    this.verdict.classList.add(right ? "right" : "wrong");
    const said = document.createElement("b");
    said.textContent = right ? "Right." : `Wrong: that one was drawn by ${this.model.name}.`;
    this.verdict.replaceChildren(said, giveaway(this.model.class));
    const score = document.createElement("b");
    score.textContent = this.right;
    this.score.replaceChildren("Score ", score, ` of ${this.asked} · streak ${this.streak} · best ${this.best}`);
    this.button.disabled = false;
    this.button.focus();
  }
}

// May be broken after each underscore, where a line is short.
const breakable = (name) => name.replaceAll("_", "_\u200b");
